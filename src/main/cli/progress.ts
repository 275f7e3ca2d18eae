// Tells how runs go on: one line a run that is rewritten on a terminal, a plain line every tenth elsewhere, JSON lines.
import { duration, grouped, significant } from '../../charts/index.ts';
import { failureKind } from '../../shared/failure.ts';
import type { Evaluation } from '../../shared/worker-messages.ts';
import { summaryOf } from '../lab/comparison/measures.ts';
import type { LabEvent } from '../lab/index.ts';
import { plain } from '../lab/text.ts';
import type { Session } from './session.ts';
import { gap, StatusLine } from './status-line.ts';

interface RunProgress {
  label: string;
  steps: number;
  /** Where and when this worker's training began; null before its first step. */
  since: { step: number; time: number } | null;
  validation: number | null;
  /** The line of the newest step, what matters most first; absent before the first. */
  parts?: (validation: number | null) => string[];
  /** Tenths of the run that were told. */
  told: number;
}

export class Progress {
  readonly #session: Session;
  readonly #runs = new Map<string, RunProgress>();
  readonly #status: StatusLine;

  constructor(session: Session) {
    this.#session = session;
    this.#status = new StatusLine(session.io);
  }

  watch(run: { id: string; steps: number; label: string; width?: number }): void {
    const label = plain(run.label, 40).padEnd(run.width ?? 0);
    this.#runs.set(run.id, { label, steps: run.steps, since: null, validation: null, told: -1 });
  }

  readonly onEvent = (event: LabEvent): void => {
    if (this.#session.json) this.#writeJson(event);
    else this.#tell(event);
  };

  #tell(event: LabEvent): void {
    const run = 'run' in event && typeof event.run === 'string' ? this.#runs.get(event.run) : undefined;
    const label = run?.label ?? '';
    switch (event.type) {
      case 'steps':
        this.#steps(event);
        break;
      case 'evaluation':
        if (run) this.#evaluated(run, event.evaluation);
        break;
      case 'started':
        if (run) run.since = null;
        this.#status.rewrite(label, 'compiling');
        break;
      case 'progress':
        this.#status.rewrite(label, `${event.phase} ${share(event)}`);
        break;
      case 'note':
        // Of the only one it is told at the end, with what to do.
        if (event.kind === failureKind && event.step !== null && this.#runs.size === 1) break;
        this.#status.line(`${label.trim() || event.run}: ${plain(event.message, 1000)}`);
        break;
      case 'corpus-progress':
        this.#status.rewrite(`preparing "${plain(event.name, 40)}": ${event.phase} ${share(event)}`);
        break;
      case 'corpus':
        this.#status.erase();
        break;
    }
  }

  /** Leaves the terminal on a new line. */
  end(): void {
    this.#status.end();
  }

  #steps({ run: id, steps }: Extract<LabEvent, { type: 'steps' }>): void {
    const run = this.#runs.get(id);
    const last = steps.at(-1);
    if (!run || !last) return;
    const { now } = this.#session.io;
    run.since ??= { step: last.step, time: now() };
    const rate = (last.step - run.since.step) / (now() - run.since.time);
    const left = rate > 0 && Number.isFinite(rate) ? (run.steps - last.step) / rate / 1000 : null;
    run.parts = (validation) =>
      [
        run.label,
        `step ${grouped(last.step).padStart(grouped(run.steps).length)} of ${grouped(run.steps)}`,
        left !== null && last.step < run.steps && `${duration(left)} left`,
        `${grouped(last.tokensPerSecond)} tokens/s`,
        `loss ${significant(last.crossEntropy)}`,
        validation !== null && `validation ${significant(validation)}`,
      ].filter((part) => part !== false);
    const tenth = Math.floor((10 * last.step) / run.steps);
    this.#status.rewrite(...run.parts(run.validation));
    // The last line waits for the last evaluation.
    if (this.#session.io.terminal || tenth <= run.told || last.step === run.steps) return;
    run.told = tenth;
    this.#status.line(run.parts(run.validation).join(gap));
  }

  #evaluated(run: RunProgress, { step, loss }: Evaluation): void {
    run.validation = loss;
    if (step === run.steps && run.parts) this.#status.line(run.parts(loss).join(gap));
  }

  #writeJson(event: LabEvent): void {
    const line = (data: object) => this.#session.io.out(`${JSON.stringify(data)}\n`);
    if (event.type === 'steps') {
      const { steps, run } = event;
      line({ type: 'steps', run, ...steps.at(-1), of: this.#runs.get(run)?.steps });
    } else if (event.type === 'evaluation')
      line({ type: 'evaluation', run: event.run, ...summaryOf(event.evaluation) });
    else if (event.type === 'run') line({ type: 'status', run: event.run.id, status: event.run.status });
    else line(event);
  }
}

/** 40%; nothing where it is not known. */
export const share = ({ done, total }: { done: number; total: number }) =>
  total > 0 ? `${Math.round((100 * done) / total)}%` : '';
