// Studies of the runs that a screen shows: their rows live by events, their parts asked for when somebody looks at them and
// complete from then on. What the lab keeps is the truth; after a lost connection everything is asked for again.
import { SvelteMap } from 'svelte/reactivity';
import type { ApiEvent, StudyEstimate, StudyPart, StudyRequestInput, StudyRow } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import type { Loading, Runs } from './runs.svelte.ts';

export interface StudyProgress {
  phase: string;
  done: number;
  total: number;
}

export class Studies {
  readonly #runs: Runs;
  #loading = $state.raw<Loading>({ state: 'loading' });
  #chosen: ReadonlySet<string> = new Set();
  #rows = new SvelteMap<string, StudyRow>();
  #parts = new SvelteMap<string, readonly StudyPart[]>();
  #progress = new SvelteMap<string, StudyProgress>();
  #request = 0;

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  get loading(): Loading {
    return this.#loading;
  }
  /** The newest first. */
  get all(): StudyRow[] {
    return [...this.#rows.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  }
  of(run: string, kind?: StudyRow['request']['kind']): StudyRow[] {
    return this.all.filter((study) => study.run === run && (kind === undefined || study.request.kind === kind));
  }
  study(id: string): StudyRow | undefined {
    return this.#rows.get(id);
  }
  /** What its worker does now; null where nothing was told. */
  progress(id: string): StudyProgress | null {
    return this.#progress.get(id) ?? null;
  }
  /** Null until `read` has brought them. */
  parts(id: string): readonly StudyPart[] | null {
    return this.#parts.get(id) ?? null;
  }

  /** Shows the studies of these runs. */
  async show(runs: readonly string[]): Promise<void> {
    const request = ++this.#request;
    this.#chosen = new Set(runs);
    this.#loading = { state: 'loading' };
    try {
      const rows = await this.#api.list({ runs: [...this.#chosen] });
      if (request !== this.#request) return;
      const open = [...this.#parts.keys()];
      for (const known of [this.#rows, this.#parts, this.#progress]) known.clear();
      for (const row of rows) this.#rows.set(row.id, row);
      await Promise.all(open.filter((id) => this.#rows.has(id)).map((id) => this.read(id)));
      if (request === this.#request) this.#loading = { state: 'ready' };
    } catch (thrown) {
      if (request === this.#request) this.#loading = { state: 'failed', error: LabError.from(thrown) };
    }
  }

  /** Brings the parts of a study, and from then on those that follow. @throws LabError */
  async read(study: string): Promise<void> {
    if (this.#parts.has(study)) return;
    // Parts that are told while these are on their way are kept.
    this.#parts.set(study, []);
    try {
      const stored = await this.#api.parts({ study });
      const told = this.#parts.get(study);
      if (told) this.#parts.set(study, told.reduce(withPart, stored));
    } catch (thrown) {
      this.#parts.delete(study);
      throw thrown;
    }
  }

  estimate(request: StudyRequestInput): Promise<StudyEstimate> {
    return this.#api.estimate({ request });
  }

  /** Also what goes on after it was stopped. @throws LabError */
  async start(request: StudyRequestInput): Promise<StudyRow> {
    return this.#put(await this.#api.start({ request }));
  }

  async stop(study: string): Promise<StudyRow> {
    return this.#put(await this.#api.stop({ study }));
  }

  async remove(study: string): Promise<void> {
    await this.#api.remove({ study });
    this.#forget(study);
  }

  /** To be told every event. */
  take(event: ApiEvent): void {
    switch (event.type) {
      case 'study':
        this.#put(event.study);
        break;
      case 'study-part': {
        const known = this.#parts.get(event.study);
        if (known) this.#parts.set(event.study, withPart(known, event.part));
        break;
      }
      case 'study-progress': {
        const { phase, done, total } = event;
        if (this.#rows.has(event.study)) this.#progress.set(event.study, { phase, done, total });
        break;
      }
      case 'study-removed':
        this.#forget(event.study);
        break;
    }
  }

  get #api() {
    return this.#runs.lab.api.studies;
  }

  #put(row: StudyRow): StudyRow {
    if (!this.#chosen.has(row.run)) return row;
    this.#rows.set(row.id, row);
    if (row.status !== 'running') this.#progress.delete(row.id);
    return row;
  }

  #forget(study: string): void {
    for (const known of [this.#rows, this.#parts, this.#progress]) known.delete(study);
  }
}

/** A part that comes again replaces itself. */
function withPart(parts: readonly StudyPart[], part: StudyPart): StudyPart[] {
  const place = parts.findIndex(({ key }) => key === part.key);
  return place < 0 ? [...parts, part] : parts.with(place, part);
}
