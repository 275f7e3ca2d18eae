// Strict UTF-8, chunk by chunk: a character may be split at a chunk's edge, and what is not text is refused with the
// byte offset. It guesses no encoding and repairs nothing.
import { isUtf8 } from 'node:buffer';
import { LabError } from '../../shared/errors.ts';

const none = Buffer.alloc(0);

/** Why bytes are not UTF-8 text: a byte that starts no character, a NUL, or what looks like UTF-16 or UTF-32. */
export interface TextFault {
  kind: 'byte' | 'NUL' | 'UTF-16';
  /** In the file. */
  offset: number;
  /** "0xff" */
  byte: string;
}

/** Turns the chunks of one file into strings that never end inside of a character; a leading BOM is dropped. */
export class Utf8Reader {
  readonly #refusal: (fault: TextFault) => LabError;
  #carry: Buffer = none;
  /** Offset in the file of the first byte of `#carry`. */
  #offset: number;
  #atStart: boolean;

  /**
   * @param name what the error messages call the file. @param offset where the first chunk starts in it.
   * @param refusal the error for a fault, where it is not a corpus that is read
   */
  constructor(name: string, offset = 0, refusal = corpusRefusal(name)) {
    this.#refusal = refusal;
    this.#offset = offset;
    this.#atStart = offset === 0;
  }

  /** @throws LabError 'corpus' at UTF-16, a NUL or a byte that is not UTF-8. The chunk is not kept. */
  push(chunk: Buffer): string {
    let bytes = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk;
    if (this.#atStart) {
      if (bytes.length < 3) {
        this.#carry = Buffer.from(bytes);
        return '';
      }
      bytes = this.#start(bytes);
    }
    const complete = completeLength(bytes);
    const text = this.#decode(bytes.subarray(0, complete));
    this.#carry = Buffer.from(bytes.subarray(complete));
    this.#offset += complete;
    return text;
  }

  /** The rest. @throws LabError 'corpus' when the file ends inside of a character. */
  end(): string {
    const bytes = this.#atStart ? this.#start(this.#carry) : this.#carry;
    this.#carry = none;
    return this.#decode(bytes);
  }

  #start(bytes: Buffer): Buffer {
    this.#atStart = false;
    const [first, second, third] = bytes;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
      throw this.#fault('UTF-16', 0, first!);
    if (first !== 0xef || second !== 0xbb || third !== 0xbf) return bytes;
    this.#offset += 3;
    return bytes.subarray(3);
  }

  #decode(bytes: Buffer): string {
    const nul = bytes.indexOf(0);
    const clean = nul < 0 ? bytes : bytes.subarray(0, nul);
    if (!isUtf8(clean)) {
      const at = firstInvalid(clean);
      throw this.#fault('byte', this.#offset + at, clean[at]!);
    }
    if (nul >= 0) throw this.#fault(looksLikeUtf16(bytes) ? 'UTF-16' : 'NUL', this.#offset + nul, 0);
    return bytes.toString('utf8');
  }

  #fault(kind: TextFault['kind'], offset: number, byte: number): LabError {
    return this.#refusal({ kind, offset, byte: `0x${byte.toString(16).padStart(2, '0')}` });
  }
}

const corpusRefusal =
  (name: string) =>
  ({ kind, offset, byte }: TextFault): LabError => {
    const what = {
      byte: `is not UTF-8 text: the byte ${byte} at offset ${offset} starts no character`,
      NUL: `is not text: it holds a NUL byte at offset ${offset}`,
      'UTF-16': `is UTF-16 or UTF-32 text (seen at byte offset ${offset}), and only UTF-8 is read`,
    };
    return new LabError('corpus', `${name} ${what[kind]}.`, {
      field: name,
      value: kind === 'UTF-16' ? kind : byte,
      remedy: 'Save it as UTF-8, or leave it out of the corpus.',
    });
  };

/** Length without a character that the last bytes begin and do not end. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) !== 0x80) return characterLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function characterLength(lead: number): number {
  return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function firstInvalid(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes[at]!);
    if (!isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
  }
  return at;
}

/** Latin text in UTF-16 has a NUL as every other byte. */
function looksLikeUtf16(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 4096);
  const nuls: [number, number] = [0, 0];
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) nuls[(i & 1) as 0 | 1]++;
  return Math.max(...nuls) > 0.3 * sample.length && Math.min(...nuls) < 0.1 * sample.length;
}
