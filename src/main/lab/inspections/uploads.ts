// Files that a page in a browser hands over itself, since it cannot say where they lie: kept in a temporary folder until the lab
// closes, and little of them.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { LabError } from '../../../shared/errors.ts';

export interface UploadedPiece {
  /** Files of one batch lie beside each other. */
  batch: string;
  name: string;
  /** What follows the pieces before. */
  data: Uint8Array;
}

/** Bytes of everything that was uploaded to one lab, an empty piece counted as `leastBytes`: it may be a file of its own. */
const mostBytes = 512 * 2 ** 20;
const leastBytes = 4096;
const readable = /^(?!\.)[^\\/:*?"<>|\0]{1,200}\.(safetensors|json)$/;

export class Uploads {
  #folder: string | null = null;
  #bytes = 0;
  readonly #most: number;

  constructor(most = mostBytes) {
    this.#most = most;
  }

  /** @returns the path of the file, whole or not */
  add({ batch, name, data }: UploadedPiece): string {
    if (!readable.test(name)) {
      throw new LabError('request', `${JSON.stringify(name.slice(0, 100))} is no file of a checkpoint.`, {
        field: 'name',
        value: name.slice(0, 100),
        remedy: 'Drop .safetensors files, with their config.json where there is one.',
      });
    }
    const bytes = Math.max(data.byteLength, leastBytes);
    if (this.#bytes + bytes > this.#most) {
      throw new LabError('request', 'So much has been uploaded to this lab that there is no room for more.', {
        remedy: 'Type the path of the file, as the machine of the lab knows it.',
      });
    }
    try {
      this.#folder ??= mkdtempSync(join(tmpdir(), 'simbal-dropped-'));
      const folder = join(this.#folder, batch);
      mkdirSync(folder, { recursive: true });
      appendFileSync(join(folder, name), data);
      this.#bytes += bytes;
      return join(folder, name);
    } catch (thrown) {
      throw new LabError('request', `What was dropped cannot be kept: ${(thrown as Error).message}.`, {
        remedy: 'Make room on the disk of the lab, or type the path of the file.',
      });
    }
  }

  /** Whether one of these is gone when the lab closes. */
  holds(paths: readonly string[]): boolean {
    return this.#folder !== null && paths.some((path) => path.startsWith(`${this.#folder}${sep}`));
  }

  close(): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }
}
