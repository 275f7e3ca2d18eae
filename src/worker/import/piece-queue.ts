// The bytes of a file out of its pieces, as many at a time as are asked for, in one buffer that is used again and again.
export class PieceQueue {
  readonly #pieces: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.allocUnsafe(2 ** 16);
  #from = 0;
  #to = 0;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Bytes that are here already. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** Waits for so many bytes; false where the file ends before. What was taken may be overwritten. */
  async fill(length: number): Promise<boolean> {
    while (this.length < length) {
      const next = await this.#pieces.next();
      if (next.done) return false;
      this.#append(next.value);
    }
    return true;
  }

  /** At most so many of the bytes that are here, as a view that lasts until more are waited for. */
  take(length: number): Buffer {
    const taken = this.#buffer.subarray(this.#from, Math.min(this.#to, this.#from + length));
    this.#from += taken.length;
    return taken;
  }

  /** Gives the file back. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  #append(piece: Buffer): void {
    const needed = this.length + piece.length;
    if (this.#to + piece.length > this.#buffer.length) {
      const room = needed > this.#buffer.length ? Buffer.allocUnsafe(2 * needed) : this.#buffer;
      this.#buffer.copy(room, 0, this.#from, this.#to);
      [this.#buffer, this.#from, this.#to] = [room, 0, this.length];
    }
    piece.copy(this.#buffer, this.#to);
    this.#to += piece.length;
  }
}
