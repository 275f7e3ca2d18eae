// What is shown of the chosen runs' checkpoints: which of the kept measurements of each run, at which step and layer. A
// measurement is shown by itself, never mixed with another one: its sample and its reference are its own.
import { SvelteMap } from 'svelte/reactivity';
import type { StudyRow } from '../../../shared/api.ts';
import type { RunConfiguration } from '../../../shared/config/schema.ts';
import { ChartLink } from '../../state/chart-link.svelte.ts';
import { groupRuns } from '../../state/groups.ts';
import type { RunEntry } from '../../state/run-entry.svelte.ts';
import type { Runs } from '../../state/runs.svelte.ts';
import { Measurements, type Parts } from '../compare/measurements.svelte.ts';
import { atStep, stepNear } from '../compare/moments.ts';
import type { LayerChoice } from './layer-curves.ts';
import type { StepPlan } from './step-plan.ts';

/** Those that are measured of many checkpoints. */
export type CheckpointKind = 'routing' | 'similarity' | 'geometry';

export interface AnalysedRun {
  run: { id: string; name: string; configuration: RunConfiguration };
  label: string;
  colour: string;
}

export type MeasuredRun<Kind extends CheckpointKind> = AnalysedRun & { parts: readonly Parts[Kind][] };

export class Analysis {
  readonly measurements: Measurements;
  /** One crosshair and one brush over the steps of all charts. */
  readonly link = new ChartLink();
  readonly #runs: Runs;
  #ids = $state.raw<readonly string[]>([]);
  #shown = new SvelteMap<string, string>();
  #step = $state<number | null>(null);
  #all = $derived(labelled(this.#entries, (run) => this.#runs.experiment(run.summary.experiment)?.name ?? ''));

  plan = $state<StepPlan>({ which: 'all', every: 2, list: '' });
  /** Validation tokens of the sample; of each kind its own standard. */
  tokens = $state<Record<CheckpointKind, number>>({ routing: 65_536, similarity: 16_384, geometry: 16_384 });
  layer = $state(0);
  curves = $state<LayerChoice>('every');
  following = $state(false);

  constructor(runs: Runs) {
    this.#runs = runs;
    this.measurements = new Measurements(runs, ['routing', 'similarity', 'geometry', 'lens']);
  }

  async show(ids: readonly string[]): Promise<void> {
    this.#ids = ids;
    this.link.reset();
    this.#step = null;
    await this.measurements.show(ids);
  }

  get #entries(): RunEntry[] {
    return this.#ids.flatMap((id) => this.#runs.run(id) ?? []);
  }
  /** Chosen runs that are there no more. */
  get lost(): number {
    return this.#ids.length - this.#entries.length;
  }
  /** Those with experts. */
  get runs(): AnalysedRun[] {
    return this.#all.filter(({ run }) => run.configuration.model.kind === 'moe');
  }
  get dense(): AnalysedRun[] {
    return this.#all.filter(({ run }) => run.configuration.model.kind === 'dense');
  }
  /** The most that a run has. */
  get layers(): number {
    return Math.max(0, ...this.runs.map(({ run }) => run.configuration.model.layers));
  }

  /** The measurement of a run that is shown: the chosen one, or the newest that has something to show. */
  shown(run: string, kind: CheckpointKind): StudyRow | undefined {
    const studies = this.measurements.studies.of(run, kind);
    const chosen = this.#shown.get(`${kind} ${run}`);
    return studies.find(({ id }) => id === chosen) ?? this.measurements.done(run, kind)[0]?.study;
  }
  choose(study: StudyRow): void {
    this.#shown.set(`${study.request.kind} ${study.run}`, study.id);
  }

  /** The runs that have something of a kind, with the parts of the shown measurement in ascending steps. */
  measured<Kind extends CheckpointKind>(kind: Kind): MeasuredRun<Kind>[] {
    return this.runs.flatMap((one) => {
      const study = this.shown(one.run.id, kind);
      const parts = study && this.measurements.done(one.run.id, kind).find((done) => done.study.id === study.id)?.parts;
      return parts ? [{ ...one, parts: parts.toSorted((a, b) => a.step - b.step) }] : [];
    });
  }

  /** The same at the chosen step: of each run the newest checkpoint at or before it. */
  at<Kind extends CheckpointKind>(kind: Kind): (AnalysedRun & { part: Parts[Kind] })[] {
    const { step } = this.moments(kind);
    return this.measured(kind).flatMap(({ parts, ...one }) => {
      const part = atStep<Parts[Kind]>(parts, step);
      return part ? [{ ...one, part }] : [];
    });
  }

  steps(kind: CheckpointKind): number[] {
    const all = this.measured(kind).flatMap(({ parts }) => parts.map(({ step }) => step));
    return [...new Set(all)].sort((a, b) => a - b);
  }

  /** The choice of a step, as a slider takes it. The last one unless another is chosen. */
  moments(kind: CheckpointKind) {
    const analysis = this;
    const steps = this.steps(kind);
    return {
      steps,
      get step() {
        return analysis.#step ?? steps.at(-1) ?? 0;
      },
      set step(step: number) {
        analysis.#step = step;
      },
      get index() {
        return Math.max(
          0,
          steps.findLastIndex((one) => one <= this.step),
        );
      },
      get following() {
        return analysis.following;
      },
      set following(following: boolean) {
        analysis.following = following;
      },
    };
  }

  /** In an effect: all of x over the checkpoints of a kind, and the step under the crosshair where that is asked for. */
  follow(kind: CheckpointKind): void {
    const steps = this.steps(kind);
    const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 1];
    this.link.whole = first < last ? [first, last] : [first - 0.5, last + 0.5];
    const { hover } = this.link;
    if (!this.following || hover === null) return;
    const step = stepNear(
      steps.map((one) => ({ x: one, step: one })),
      hover,
    );
    if (step !== null) this.#step = step;
  }
}

/** Runs with their labels and colours; seeds of one objective are shades of its colour, as everywhere. */
function labelled(entries: readonly RunEntry[], experiment: (run: RunEntry) => string): AnalysedRun[] {
  const groups = groupRuns(
    entries.map((entry) => ({
      id: entry.id,
      name: entry.summary.name,
      experiment: experiment(entry),
      configuration: entry.summary.configuration,
      course: entry.summary.course,
      objective: entry.objective.label,
      objectiveKey: entry.objective.key,
      colour: entry.objective.colour,
    })),
    'seeds',
  );
  const members = groups.flatMap(({ runs }) => runs);
  return entries.flatMap(({ id }) => members.find(({ run }) => run.id === id) ?? []);
}
