// What studies have measured of the compared runs, and of which checkpoints they could measure more.
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { ApiEvent, StudyRow } from '../../../shared/api.ts';
import type { GeometryPart } from '../../../shared/studies/geometry.ts';
import type { LensPart } from '../../../shared/studies/lens.ts';
import type { PruningPart } from '../../../shared/studies/pruning.ts';
import type { RoutingPart } from '../../../shared/studies/routing.ts';
import type { SimilarityPart } from '../../../shared/studies/similarity.ts';
import type { Runs } from '../../state/runs.svelte.ts';
import { Studies } from '../../state/studies.svelte.ts';

export interface Parts {
  routing: RoutingPart;
  similarity: SimilarityPart;
  geometry: GeometryPart;
  lens: LensPart;
  pruning: PruningPart;
}
type Kind = keyof Parts;

export class Measurements {
  readonly studies: Studies;
  readonly #runs: Runs;
  readonly #kinds: readonly Kind[];
  #steps = new SvelteMap<string, readonly number[]>();

  /** `kinds`: those that a screen shows. */
  constructor(runs: Runs, kinds: readonly Kind[] = ['geometry', 'pruning']) {
    this.#runs = runs;
    this.#kinds = kinds;
    this.studies = new Studies(runs);
  }

  async show(runs: readonly string[]): Promise<void> {
    await Promise.all([this.studies.show(runs), ...runs.map((run) => this.#readSteps(run))]);
  }

  /** In an effect: brings the parts of all there is. */
  read(): void {
    const wanted = this.studies.all.filter(({ request }) => this.#kinds.includes(request.kind)).map(({ id }) => id);
    untrack(() => {
      // Without an answer they are offered as not measured; asked again, the lab gives what it has.
      for (const id of wanted) void this.studies.read(id).catch(() => {});
    });
  }

  /** Of a run's studies of a kind, the newest first, those of which something is done. */
  done<Of extends Kind>(run: string, kind: Of): { study: StudyRow; parts: readonly Parts[Of][] }[] {
    return this.studies.of(run, kind).flatMap((study) => {
      const parts = this.studies.parts(study.id) ?? [];
      return parts.length > 0 ? [{ study, parts: parts.map(({ result }) => result as Parts[Of]) }] : [];
    });
  }

  /** Steps of a run's checkpoints, ascending; null before they are known. */
  checkpoints(run: string): readonly number[] | null {
    return this.#steps.get(run) ?? null;
  }

  take(event: ApiEvent): void {
    this.studies.take(event);
    if (event.type === 'checkpoint' && this.#steps.has(event.run)) void this.#readSteps(event.run);
  }

  async #readSteps(run: string): Promise<void> {
    try {
      const rows = await this.#runs.lab.api.checkpoints.list({ run, inherited: true });
      this.#steps.set(
        run,
        rows.map(({ step }) => step).sort((a, b) => a - b),
      );
    } catch {
      // Nothing is offered of a run whose checkpoints are not known.
      this.#steps.set(run, []);
    }
  }
}
