// Which studies the lab's machine is busy with, of whatever runs: their rows live by events.
import type { ApiEvent, StudyRow } from '../../shared/api.ts';
import type { LabConnection } from '../lab.ts';

export class Measuring {
  #running = $state.raw<ReadonlySet<string>>(new Set());
  readonly #api: LabConnection['api'];

  constructor(api: LabConnection['api']) {
    this.#api = api;
  }

  /** How many studies run now. */
  get count(): number {
    return this.#running.size;
  }

  /** Asks for all of them; the events say what changes from then on. */
  async load(): Promise<void> {
    try {
      const studies = await this.#api.studies.list({});
      this.#running = new Set(studies.filter(({ status }) => status === 'running').map(({ id }) => id));
    } catch {
      // A lab that does not answer says so elsewhere, and is asked again when it is back.
    }
  }

  take(event: ApiEvent): void {
    if (event.type === 'study') this.#set(event.study.id, event.study.status);
    if (event.type === 'study-removed') this.#set(event.study, null);
  }

  #set(id: string, status: StudyRow['status'] | null): void {
    if (this.#running.has(id) === (status === 'running')) return;
    const running = new Set(this.#running);
    if (status === 'running') running.add(id);
    else running.delete(id);
    this.#running = running;
  }
}
