// The moment of training that maps show: chosen by a slider, or where the crosshair of the charts is when that is asked for.
import type { Comparison } from '../../state/comparison.svelte.ts';
import { evaluationSteps, stepNear } from './moments.ts';

export class StepChoice {
  readonly #comparison: Comparison;
  #chosen = $state<number | null>(null);
  following = $state(false);
  #steps = $derived.by(() => evaluationSteps(this.#comparison.runs.map(({ id }) => this.#comparison.evaluations(id))));

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
  }

  /** Those that there are, ascending. */
  get steps(): readonly number[] {
    return this.#steps;
  }
  /** The newest unless one is chosen; 0 before the first evaluation. */
  get step(): number {
    return this.#chosen ?? this.#steps.at(-1) ?? 0;
  }
  set step(step: number) {
    this.#chosen = step;
  }
  /** Place among the steps: that of the newest at or before the chosen one. */
  get index(): number {
    const { step } = this;
    return Math.max(
      0,
      this.#steps.findLastIndex((one) => one <= step),
    );
  }

  /** In an effect: goes to the crosshair, and stays where that left. */
  follow(): void {
    const { hover } = this.#comparison.link;
    if (!this.following || hover === null) return;
    const moments = this.#comparison.shown.flatMap(({ runs }) =>
      runs.flatMap(({ run }) => {
        const place = this.#comparison.placesOf(run);
        return this.#comparison.evaluations(run.id).map((one) => ({ x: place(one), step: one.step }));
      }),
    );
    const step = stepNear(moments, hover);
    if (step !== null) this.#chosen = step;
  }
}
