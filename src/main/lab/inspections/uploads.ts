// Files that a page in a browser hands over itself, since it cannot say where they lie: kept while somebody may look at them, and
// little of them.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { systemFault } from '../../../shared/system-faults.ts';
import { type TemporaryFolder, takeAway } from './temporary-folder.ts';

export interface UploadedPiece {
  /** Files of one batch lie beside each other. */
  batch: string;
  name: string;
  /** What follows the pieces before. */
  data: Uint8Array;
}

interface Batch {
  folder: string;
  bytes: number;
  readers: number;
  /** Takes it away when nobody asked for it in a while. */
  idle: NodeJS.Timeout;
}

export interface UploadLimits {
  /** Bytes of everything that is kept, an empty piece counted as `leastBytes`: it may be a file of its own. */
  bytes: number;
  /** Milliseconds that a batch is kept after it was asked for last. */
  patience: number;
}

const uploadLimits: UploadLimits = { bytes: 512 * 2 ** 20, patience: 30 * 60_000 };
const leastBytes = 4096;
const readable = /^(?!\.)[^\\/:*?"<>|\0]{1,200}\.(safetensors|json)$/;

export class Uploads {
  /** The one that was asked for last at the end. */
  readonly #batches = new Map<string, Batch>();
  readonly #temporary: TemporaryFolder;
  readonly #limits: UploadLimits;

  constructor(temporary: TemporaryFolder, limits = uploadLimits) {
    this.#temporary = temporary;
    this.#limits = limits;
  }

  /** @returns the path of the file, whole or not */
  add({ batch: name, name: file, data }: UploadedPiece): string {
    if (!readable.test(file)) {
      throw new LabError('request', `${JSON.stringify(file.slice(0, 100))} is no file of a checkpoint.`, {
        field: 'name',
        value: file.slice(0, 100),
        remedy: 'Drop .safetensors files, with their config.json where there is one.',
      });
    }
    const bytes = Math.max(data.byteLength, leastBytes);
    try {
      this.#makeRoom(bytes, name);
      const batch = this.#batches.get(name) ?? this.#begin(name);
      mkdirSync(batch.folder, { recursive: true });
      appendFileSync(join(batch.folder, file), data);
      batch.bytes += bytes;
      this.#touch(name, batch);
      return join(batch.folder, file);
    } catch (thrown) {
      if (thrown instanceof LabError) throw thrown;
      throw new LabError('request', `What was dropped cannot be kept: ${systemFault(thrown) ?? String(thrown)}.`, {
        remedy: 'Make room on the disk of the lab, or type the path of the file.',
      });
    }
  }

  /** Whether one of these is gone when the lab closes. */
  holds(paths: readonly string[]): boolean {
    return this.#of(paths).length > 0;
  }

  /** Keeps what lies at these paths until the end that this gives is called, and a while after that. */
  read(paths: readonly string[]): () => void {
    const batches = this.#of(paths);
    for (const [name, batch] of batches) {
      batch.readers += 1;
      this.#touch(name, batch);
    }
    return () => {
      for (const [name, batch] of batches.splice(0)) {
        batch.readers -= 1;
        if (this.#batches.get(name) === batch) this.#touch(name, batch);
      }
    };
  }

  close(): void {
    for (const name of [...this.#batches.keys()]) this.#free(name);
  }

  #of(paths: readonly string[]): [string, Batch][] {
    return [...this.#batches].filter(([, { folder }]) => paths.some((path) => path.startsWith(`${folder}${sep}`)));
  }

  #begin(name: string): Batch {
    const batch = { folder: this.#temporary.make(), bytes: 0, readers: 0, idle: setTimeout(() => {}) };
    this.#batches.set(name, batch);
    return batch;
  }

  #touch(name: string, batch: Batch): void {
    this.#batches.delete(name);
    this.#batches.set(name, batch);
    clearTimeout(batch.idle);
    batch.idle = setTimeout(() => batch.readers === 0 && this.#free(name), this.#limits.patience).unref();
  }

  /** Those go first that nobody asked for the longest. */
  #makeRoom(bytes: number, own: string): void {
    const taken = () => [...this.#batches.values()].reduce((sum, batch) => sum + batch.bytes, 0);
    for (const [name, { readers }] of [...this.#batches]) {
      if (taken() + bytes <= this.#limits.bytes) return;
      if (name !== own && readers === 0) this.#free(name);
    }
    if (taken() + bytes <= this.#limits.bytes) return;
    throw new LabError('request', `At most ${this.#limits.bytes} bytes can be dropped; there is no room for more.`, {
      remedy: 'Type the path of the file, as the machine of the lab knows it.',
    });
  }

  #free(name: string): void {
    const batch = this.#batches.get(name);
    this.#batches.delete(name);
    if (!batch) return;
    clearTimeout(batch.idle);
    takeAway(batch.folder);
  }
}
