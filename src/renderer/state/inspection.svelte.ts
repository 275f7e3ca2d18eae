// What the inspector has open: one model, two that are compared, or the store of a lab. Events are taken as they come; opening
// something else, or giving up, ends the process that reads.

import { LabError } from '../../shared/errors.ts';
import { type Inspected, nothingInspected, withEvent } from '../../shared/inspected.ts';
import type { RecentInspection, TensorStatistics } from '../../shared/inspection.ts';
import type { LabConnection } from '../lab.ts';
import type { DroppedFile } from './dropped.ts';

export type Reading =
  | { state: 'nothing' }
  | { state: 'uploading'; share: number }
  | { state: 'reading' | 'done' | 'cancelled' }
  | { state: 'failed'; error: LabError };

/** Of a file that is handed over: less than a message may have. */
const pieceBytes = 2 ** 20;

export class Inspector {
  readonly #lab: Pick<LabConnection, 'api'>;
  #reading = $state.raw<Reading>({ state: 'nothing' });
  #inspected = $state.raw<Inspected>(nothingInspected);
  #paths = $state.raw<readonly string[]>([]);
  #recent = $state.raw<readonly RecentInspection[]>([]);
  #work: AbortController | null = null;

  /** Layer whose router and experts are shown. */
  layer = $state<number | null>(null);

  constructor(lab: Pick<LabConnection, 'api'>) {
    this.#lab = lab;
  }

  get reading(): Reading {
    return this.#reading;
  }
  get busy(): boolean {
    return this.#reading.state === 'reading' || this.#reading.state === 'uploading';
  }
  get inspected(): Inspected {
    return this.#inspected;
  }
  get paths(): readonly string[] {
    return this.#paths;
  }
  get recent(): readonly RecentInspection[] {
    return this.#recent;
  }

  /** Resolves when everything is told, or it is given up. */
  open(paths: readonly string[]): Promise<void> {
    return this.#read(async () => [...paths]);
  }

  /** Files of a page that knows no paths, piece by piece. */
  upload(files: readonly DroppedFile[]): Promise<void> {
    return this.#read(async (signal) => {
      const batch = crypto.randomUUID();
      const total = files.reduce((sum, { size }) => sum + size, 0);
      const paths: string[] = [];
      let done = 0;
      for (const { name, size, read } of files) {
        let path = '';
        for (let from = 0; from === 0 || from < size; from += pieceBytes) {
          this.#reading = { state: 'uploading', share: total > 0 ? done / total : 0 };
          const data = (await read(from, Math.min(size, from + pieceBytes))) as Uint8Array<ArrayBuffer>;
          path = await this.#lab.api.inspections.upload({ batch, name, data }, { signal });
          done += data.byteLength;
        }
        if (name.endsWith('.safetensors')) paths.push(path);
      }
      return paths;
    });
  }

  cancel(): void {
    this.#work?.abort();
    if (this.busy) this.#reading = { state: 'cancelled' };
  }

  /** Back to the list of recent ones. */
  close(): void {
    this.cancel();
    this.#reading = { state: 'nothing' };
    this.#inspected = nothingInspected;
    this.#paths = [];
  }

  async loadRecent(): Promise<void> {
    this.#recent = await this.#lab.api.inspections.recent({});
  }

  tensor(name: string, signal: AbortSignal): Promise<TensorStatistics> {
    return this.#lab.api.inspections.tensor({ paths: [...this.#paths], name }, { signal });
  }

  async #read(begin: (signal: AbortSignal) => Promise<string[]>): Promise<void> {
    this.cancel();
    const work = new AbortController();
    const { signal } = work;
    this.#work = work;
    this.#inspected = nothingInspected;
    this.#paths = [];
    this.layer = null;
    this.#reading = { state: 'reading' };
    const { inspections } = this.#lab.api;
    try {
      const paths = await begin(signal);
      if (signal.aborted) return;
      this.#paths = paths;
      this.#reading = { state: 'reading' };
      const inspection = await inspections.open({ paths });
      if (signal.aborted) return void inspections.close({ inspection });
      for (let over = false; !over; ) {
        const { events, ended } = await inspections.next({ inspection }, { signal });
        this.#inspected = events.reduce(withEvent, this.#inspected);
        over = ended;
      }
      this.#reading = { state: 'done' };
    } catch (thrown) {
      if (!signal.aborted) this.#reading = { state: 'failed', error: LabError.from(thrown) };
    }
  }
}
