// A file of tokens under construction: appended to through a buffer, cut back when a document turns out to be a duplicate
// or to belong elsewhere. Documents may be larger than memory.
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

const bufferTokens = 1 << 18;

export class TokenFile {
  readonly #file: number;
  readonly #width: 2 | 4;
  readonly #buffer: Uint16Array | Uint32Array;
  readonly #bytes: Uint8Array;
  #flushed = 0;
  #buffered = 0;

  constructor(path: string, width: 2 | 4) {
    this.#file = openSync(path, 'wx+');
    this.#width = width;
    this.#buffer = width === 2 ? new Uint16Array(bufferTokens) : new Uint32Array(bufferTokens);
    this.#bytes = new Uint8Array(this.#buffer.buffer);
  }

  /** Tokens appended so far. */
  get position(): number {
    return this.#flushed + this.#buffered;
  }

  append(tokens: ArrayLike<number>): void {
    for (let i = 0; i < tokens.length; i++) {
      if (this.#buffered === bufferTokens) this.#flush();
      this.#buffer[this.#buffered++] = tokens[i]!;
    }
  }

  /** Forgets the tokens from `position` on. */
  rewind(position: number): void {
    if (position < this.#flushed) {
      this.#flushed = position;
      this.#buffered = 0;
    } else {
      this.#buffered = position - this.#flushed;
    }
  }

  /** Moves the tokens from `position` on to the end of another file. */
  moveTail(position: number, to: TokenFile): void {
    if (position < this.#flushed) {
      const end = this.position;
      this.#flush();
      const part = new Uint8Array(bufferTokens * this.#width);
      const tokens = this.#width === 2 ? new Uint16Array(part.buffer) : new Uint32Array(part.buffer);
      for (let from = position; from < end; from += bufferTokens) {
        const length = Math.min(bufferTokens, end - from);
        readFully(this.#file, part.subarray(0, length * this.#width), from * this.#width);
        to.append(tokens.subarray(0, length));
      }
    } else {
      to.append(this.#buffer.subarray(position - this.#flushed, this.#buffered));
    }
    this.rewind(position);
  }

  /** Writes what remains and makes it last. */
  finish(): void {
    this.#flush();
    ftruncateSync(this.#file, this.#flushed * this.#width);
    fsyncSync(this.#file);
    closeSync(this.#file);
  }

  /** Gives the file up. */
  abandon(): void {
    closeSync(this.#file);
  }

  #flush(): void {
    const bytes = this.#bytes.subarray(0, this.#buffered * this.#width);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#flushed * this.#width + done);
    }
    this.#flushed += this.#buffered;
    this.#buffered = 0;
  }
}

/** Fills `bytes` from the file at `offset`. @throws RangeError at the end of the file. */
export function readFully(file: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(file, bytes, done, bytes.length - done, offset + done);
    if (read === 0) throw new RangeError(`The file ends at byte ${offset + done}.`);
    done += read;
  }
}
