// The pruning bench: the chosen runs, the checkpoint of each that is pruned, the experiments as they are written down, and what
// studies have measured of them so far.
import type { ApiEvent, StudyRow } from '../../../shared/api.ts';
import { type PruningPart, type PruningRequest, pruningRequestSchema } from '../../../shared/studies/pruning.ts';
import { groupRuns } from '../../state/groups.ts';
import { type CheckedPruning, checkPruning, type PruningForm, type PruningTarget } from '../../state/pruning-form.ts';
import { firstForm } from '../../state/pruning-presets.ts';
import {
  measuredGroups,
  measuredSettings,
  type PrunedRun,
  type PrunedStudy,
  sampleSizes,
} from '../../state/pruning-results.ts';
import type { RunEntry } from '../../state/run-entry.svelte.ts';
import type { Runs } from '../../state/runs.svelte.ts';
import { Measurements } from '../compare/measurements.svelte.ts';

/** As a person wrote it: it stays while one looks at other screens. Null before anything was written. */
let written = $state.raw<PruningForm | null>(null);

const unfinished: readonly string[] = ['queued', 'running', 'stopping'];
export const isMoving = ({ status }: StudyRow): boolean => unfinished.includes(status);

export class PruningBench {
  readonly #runs: Runs;
  readonly #measurements: Measurements;
  #chosen = $state.raw<readonly string[]>([]);
  /** Of every run; null takes each run's newest. */
  step = $state<number | null>(null);
  #tokens = $state<number | null>(null);

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#measurements = new Measurements(runs);
  }

  get studies() {
    return this.#measurements.studies;
  }
  get loading() {
    return this.studies.loading;
  }
  /** Those of the chosen runs that are there. */
  get runs(): RunEntry[] {
    return this.#chosen.flatMap((id) => this.#runs.run(id) ?? []);
  }
  readonly groups = $derived.by(() =>
    groupRuns(
      this.runs.map((run) => this.#pruned(run)),
      'seeds',
    ),
  );
  readonly members = $derived.by(
    () => new Map(this.groups.flatMap(({ runs }) => runs.map((one) => [one.run.id, one]))),
  );

  /** Steps of which every chosen run has a checkpoint, ascending; null before they are known. */
  get steps(): readonly number[] | null {
    const all = this.runs.map(({ id }) => this.#measurements.checkpoints(id));
    if (all.some((steps) => steps === null)) return null;
    const [first = [], ...others] = all as (readonly number[])[];
    return first.filter((step) => others.every((steps) => steps.includes(step)));
  }
  stepOf(run: string): number | null {
    const steps = this.#measurements.checkpoints(run) ?? [];
    if (this.step === null) return steps.at(-1) ?? null;
    return steps.includes(this.step) ? this.step : null;
  }

  get form(): PruningForm {
    return written ?? firstForm(this.models);
  }
  get models() {
    return this.runs.map(({ summary }) => summary.configuration.model).filter(({ kind }) => kind === 'moe');
  }
  write(change: Partial<PruningForm>): void {
    written = { ...this.form, ...change };
  }
  readonly checked = $derived.by((): CheckedPruning => checkPruning(this.form, this.#targets()));

  /** What was asked before, word for word: shown again, and not computed again. */
  known(request: PruningRequest): StudyRow | undefined {
    const asked = canonical(request);
    return this.studies.of(request.run, 'pruning').find((study) => canonical(study.request) === asked);
  }
  /** Requests whose results are not complete. */
  readonly missing = $derived.by(() =>
    this.checked.requests.filter((request) => this.known(request)?.status !== 'completed'),
  );
  /** Every pruning study of the chosen runs, the newest first. */
  get all(): StudyRow[] {
    return this.studies.all.filter(({ request }) => request.kind === 'pruning');
  }

  #found = $derived.by((): PrunedStudy[] =>
    this.runs
      .flatMap(({ id }) => this.#measurements.done(id, 'pruning'))
      .filter(({ study }) => (study.request as PruningRequest).step === this.stepOf(study.run)),
  );
  readonly samples = $derived.by(() => sampleSizes(this.#found));
  /** Validation tokens that results are of: asked for, and the whole split where it has fewer. */
  get tokens(): number | null {
    const [newest = null] = this.samples;
    return this.#tokens !== null && this.samples.includes(this.#tokens) ? this.#tokens : newest;
  }
  set tokens(tokens: number | null) {
    this.#tokens = tokens;
  }
  readonly results = $derived.by(() => {
    const { tokens } = this;
    const byRun = Map.groupBy(this.#found, ({ study }) => study.run);
    return measuredGroups(this.groups, (run) => {
      const step = this.stepOf(run);
      return tokens === null || step === null ? [] : measuredSettings(byRun.get(run) ?? [], step, tokens);
    });
  });

  async show(ids: readonly string[]): Promise<void> {
    this.#chosen = ids;
    await this.#measurements.show(ids);
  }
  /** In an effect: brings the parts of all there is. */
  read(): void {
    this.#measurements.read();
  }
  take(event: ApiEvent): void {
    this.#measurements.take(event);
  }

  /** Queues what is missing. @throws LabError */
  async start(): Promise<StudyRow[]> {
    const started: StudyRow[] = [];
    for (const request of this.missing) started.push(await this.studies.start(request));
    return started;
  }

  /** Parts of a study, as they are stored so far. */
  parts(study: string): readonly PruningPart[] {
    return (this.studies.parts(study) ?? []).map(({ result }) => result as PruningPart);
  }

  #targets(): PruningTarget[] {
    return this.runs.map(({ id, summary }) => ({
      run: id,
      label: this.members.get(id)!.label,
      step: this.stepOf(id),
      configuration: summary.configuration,
    }));
  }

  #pruned({ id, summary, objective }: RunEntry): PrunedRun {
    return {
      id,
      name: summary.name,
      experiment: this.#runs.experiment(summary.experiment)?.name ?? '',
      configuration: summary.configuration,
      course: summary.course,
      objective: objective.label,
      objectiveKey: objective.key,
      colour: objective.colour,
      // The same corpus and seed of the data: the same tokens in the same order.
      start: { dataHash: summary.corpusHash },
    };
  }
}

/** With every default, its fields in the order of the schema. */
const canonical = (request: unknown) => JSON.stringify(pruningRequestSchema.parse(request));
