// Where the documents of a split end and what domain they have: twelve bytes a document, in memory and on disk.
import { documentBytes } from './corpus-format.ts';

export class DocumentTable {
  #ends = new Float64Array(1024);
  #domains = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Position after the last document. */
  get end(): number {
    return this.#length === 0 ? 0 : this.#ends[this.#length - 1]!;
  }

  /** @param end position after its last token; greater than the one before. */
  add(end: number, domain: number): void {
    if (this.#length === this.#ends.length) {
      const ends = new Float64Array(this.#length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
      const domains = new Uint32Array(this.#length * 2);
      domains.set(this.#domains);
      this.#domains = domains;
    }
    this.#ends[this.#length] = end;
    this.#domains[this.#length++] = domain;
  }

  endOf(document: number): number {
    return this.#ends[document]!;
  }

  domainOf(document: number): number {
    return this.#domains[document]!;
  }

  /** The document that holds the token at `position`; `length` when none does. */
  at(position: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ends[middle]! > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  truncate(length: number): void {
    this.#length = length;
  }

  toBytes(): Buffer {
    const bytes = Buffer.alloc(this.#length * documentBytes);
    for (let i = 0; i < this.#length; i++) {
      bytes.writeDoubleLE(this.#ends[i]!, i * documentBytes);
      bytes.writeUInt32LE(this.#domains[i]!, i * documentBytes + 8);
    }
    return bytes;
  }

  /** @throws RangeError when ends do not rise as whole numbers, or a domain is not below `domains`. */
  static fromBytes(bytes: Buffer, domains: number): DocumentTable {
    const table = new DocumentTable();
    for (let at = 0; at < bytes.length; at += documentBytes) {
      const end = bytes.readDoubleLE(at);
      const domain = bytes.readUInt32LE(at + 8);
      if (!Number.isSafeInteger(end) || end <= table.end || domain >= domains) {
        throw new RangeError(`document ${table.length} (end ${end}, domain ${domain}) is out of order`);
      }
      table.add(end, domain);
    }
    return table;
  }
}
