// What the experiments in sight say so far. Asked for once an experiment is seen, and again when one of its runs was
// evaluated or came to another state; of a large experiment only the first runs are asked for, as many as its head counts.
import { SvelteMap } from 'svelte/reactivity';
import type { RunLosses } from '../../shared/api.ts';
import type { RunEntry } from './run-entry.svelte.ts';
import type { Runs } from './runs.svelte.ts';
import { type MeasuredRun, measuredRun, type ObjectiveVerdict, verdicts } from './verdict.ts';

const most = 60;

export class Verdicts {
  readonly #runs: Runs;
  #known = new SvelteMap<string, ObjectiveVerdict[]>();
  #asked = new Map<string, string>();

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  of(experiment: string): ObjectiveVerdict[] {
    return this.#known.get(experiment) ?? [];
  }

  /** Pixels of the experiment's head: a line for its name, and one for each objective. */
  height(experiment: string): number {
    const lines = this.of(experiment).length;
    return 58 + 22 * lines + (lines > 0 ? 6 : 0);
  }

  /** Asks where something may have changed. */
  async see(experiment: string, runs: readonly RunEntry[]): Promise<void> {
    const measured = runs.filter(({ summary }) => summary.evaluation).slice(0, most);
    if (measured.length === 0) return;
    // A run's last evaluation comes before it is finished, and its numbers count as final only then.
    const key = measured.map(({ id, summary }) => `${id}:${summary.evaluation!.step}:${summary.status}`).join(' ');
    if (this.#asked.get(experiment) === key) return;
    this.#asked.set(experiment, key);
    try {
      const known = await this.#runs.lab.api.evaluations.losses({ runs: measured.map(({ id }) => id) });
      if (this.#asked.get(experiment) !== key) return;
      this.#known.set(experiment, verdicts(measured.flatMap((run, index) => measuredOf(run, known[index]!))));
    } catch {
      // The list is whole without it; the next evaluation asks again.
      this.#asked.delete(experiment);
    }
  }
}

function measuredOf({ id, summary, objective }: RunEntry, { dataHash, losses }: RunLosses): MeasuredRun[] {
  const { configuration, course, status } = summary;
  const { key: objectiveKey, label, colour } = objective;
  const start = dataHash === null ? null : { dataHash };
  const run = { id, objectiveKey, objective: label, colour, configuration, course, status, start };
  const measured = measuredRun(run, losses);
  return measured ? [measured] : [];
}
