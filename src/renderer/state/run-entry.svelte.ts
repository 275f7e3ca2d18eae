// One run as the page follows it: what the lab said last, and what has happened since.
import type { XY } from '../../charts/index.ts';
import { thinned } from '../../charts/sparkline.ts';
import type { RunRow, RunSummary } from '../../shared/api.ts';
import { objectiveOf } from '../../shared/course.ts';
import { mayWait } from '../../shared/waiting.ts';
import type { Evaluation, StepMetrics } from '../../shared/worker-messages.ts';

/** Points of a sparkline before it is thinned again. */
const most = 800;

export class RunEntry {
  #summary = $state.raw<RunSummary>() as RunSummary;
  #curve = $state.raw<readonly XY[]>([]);
  #progress = $state.raw<{ phase: string; done: number; total: number } | null>(null);

  constructor(summary: RunSummary) {
    this.replace(summary);
  }

  get id(): string {
    return this.#summary.id;
  }
  get summary(): RunSummary {
    return this.#summary;
  }
  /** Training cross-entropy by step, small. */
  get curve(): readonly XY[] {
    return this.#curve;
  }
  /** Of what is not training: an evaluation, a start. */
  get progress() {
    return this.#progress;
  }

  get objective() {
    return objectiveOf(this.#summary);
  }
  get steps(): number {
    return this.#summary.configuration.training.steps;
  }
  get busy(): boolean {
    return this.#summary.status === 'running' || this.#summary.status === 'pausing';
  }
  /** Seconds of training that are left at the pace of its newest step, or of all where that is not known; null where there is none. */
  get secondsLeft(): number | null {
    const { step, seconds, tokens, tokensPerSecond } = this.#summary;
    if (step <= 0 || !(seconds > 0)) return null;
    const each = tokensPerSecond && tokens > 0 ? tokens / step / tokensPerSecond : seconds / step;
    return Math.max(0, this.steps - step) * each;
  }

  replace(summary: RunSummary): void {
    this.#summary = summary;
    const { steps, values } = summary.sparkline;
    this.#curve = Array.from(steps, (step, index): XY => [step, values[index]!]);
  }

  /** A change of the run itself; what a list shows of its training stays. */
  update(row: RunRow): void {
    const { interrupted, waiting } = this.#summary;
    this.#summary = {
      ...this.#summary,
      ...row,
      interrupted: interrupted && row.status === 'paused',
      waiting: mayWait(row) ? waiting : null,
    };
    if (!this.busy) this.#progress = null;
  }

  /** Until it does its next step. */
  wait(message: string): void {
    this.#summary = { ...this.#summary, waiting: message };
  }

  addSteps(steps: readonly StepMetrics[]): void {
    const last = steps.at(-1);
    if (!last) return;
    const { step, tokens, seconds, tokensPerSecond, crossEntropy } = last;
    this.#summary = { ...this.#summary, step, tokens, seconds, tokensPerSecond, loss: crossEntropy, waiting: null };
    const from = steps[0]!.step;
    // A run that went on from an earlier checkpoint does these steps anew.
    const before = this.#curve.at(-1)?.[0] ?? -1;
    const kept = before < from ? this.#curve : this.#curve.filter(([at]) => at < from);
    const grown = [...kept, ...steps.map((one): XY => [one.step, one.crossEntropy])];
    this.#curve = grown.length > most ? thinned(grown, 100) : grown;
    this.#progress = null;
  }

  addEvaluation({ step, tokens, seconds, loss, perplexity }: Evaluation): void {
    this.#summary = { ...this.#summary, evaluation: { step, tokens, seconds, loss, perplexity }, waiting: null };
  }

  addCheckpoint(step: number): void {
    this.#summary = { ...this.#summary, checkpoint: step, waiting: null };
  }

  setProgress(phase: string, done: number, total: number): void {
    this.#progress = { phase, done, total };
  }
}
