// Tells how studies go on: one line that is rewritten on a terminal, a plain line a part elsewhere, JSON lines.
import { duration } from '../../../charts/index.ts';
import type { StudyRow } from '../../../shared/studies/study.ts';
import type { LabEvent } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import { share } from '../progress.ts';
import type { Session } from '../session.ts';
import { gap, StatusLine } from '../status-line.ts';

/** As a sentence names them. */
export const studyNames: Record<StudyRow['request']['kind'], string> = {
  routing: 'routing',
  similarity: 'similarity',
  geometry: 'geometry',
  lens: 'token lens',
  pruning: 'pruning',
};

/** As the tables call it. */
const partName = ({ request }: StudyRow, key: string) =>
  request.kind === 'pruning' && key === 'none' ? 'unpruned' : plain(key, 60);

interface Watched {
  study: StudyRow;
  /** When its worker began, and how many parts were stored then. */
  since: { done: number; time: number };
}

export class StudyProgress {
  readonly #session: Session;
  readonly #status: StatusLine;
  /** What runs are called, by id. */
  readonly #labels: ReadonlyMap<string, string>;
  readonly #watched = new Map<string, Watched>();

  constructor(session: Session, labels: ReadonlyMap<string, string>) {
    this.#session = session;
    this.#status = new StatusLine(session.io);
    this.#labels = labels;
  }

  label({ run, request }: Pick<StudyRow, 'run' | 'request'>): string {
    return `${plain(this.#labels.get(run) ?? run, 40)}${gap}${studyNames[request.kind]}`;
  }

  readonly onEvent = (event: LabEvent): void => {
    if (this.#session.json) this.#writeJson(event);
    else this.#tell(event);
  };

  end(): void {
    this.#status.end();
  }

  #tell(event: LabEvent): void {
    if (event.type === 'study') this.#follow(event.study);
    if (event.type === 'study-progress') {
      const watched = this.#watched.get(event.study);
      if (watched) this.#status.rewrite(...this.#parts(watched), `${event.phase} ${share(event)}`);
    }
    if (event.type === 'study-part' && !this.#session.io.terminal) {
      const watched = this.#watched.get(event.study);
      if (watched) this.#status.line([this.label(watched.study), partName(watched.study, event.part.key)].join(gap));
    }
  }

  #follow(study: StudyRow): void {
    const { now } = this.#session.io;
    const known = this.#watched.get(study.id);
    const begins = study.status === 'running' && known?.study.status !== 'running';
    const since = begins || !known ? { done: study.done, time: now() } : known.since;
    const watched = { study, since };
    this.#watched.set(study.id, watched);
    if (study.status === 'running') this.#status.rewrite(...this.#parts(watched), begins ? 'starting' : '');
    // A study that can be written no more says why, and what it waits for.
    if (study.status === 'running' && study.message && study.message !== known?.study.message) {
      this.#status.line(`${this.label(study)}: ${plain(study.message, 1000)}`);
    }
    if (study.status === 'completed' && known?.study.status === 'running') {
      this.#status.line([this.label(study), 'done', duration((now() - since.time) / 1000)].join(gap));
    }
  }

  #parts({ study, since }: Watched): string[] {
    const { done, total } = study;
    const label = this.label(study);
    if (total === null) return [label];
    const each = done > since.done ? (this.#session.io.now() - since.time) / (done - since.done) : null;
    const left = each === null ? [] : [`${duration((each * (total - done)) / 1000)} left`];
    return [label, `${done} of ${total}`, ...left];
  }

  #writeJson(event: LabEvent): void {
    const line = (data: object) => this.#session.io.out(`${JSON.stringify(data)}\n`);
    if (event.type === 'study') {
      const { id, run, request, status, done, total } = event.study;
      line({ type: 'study', study: id, run, kind: request.kind, status, done, total });
    } else if (event.type === 'study-part') line({ type: 'study-part', study: event.study, key: event.part.key });
    else if (event.type === 'study-progress') line(event);
  }
}
