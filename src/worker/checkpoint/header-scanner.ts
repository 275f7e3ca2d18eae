// Reads the few JSON tokens that a safetensors header is made of, through a small window over its bytes, so that a header of
// 100 MB is never in memory. It declines to be a JSON parser: the header's grammar nests to a fixed depth, so there is no
// recursion that a hostile file could drive.
import type { LabError } from '../../shared/errors.ts';
import { quote, refusal } from './refusal.ts';

/** All names and metadata of one header together; keeps a hostile header's text from filling the memory. */
export const maximumTextBytes = 32 * 1024 * 1024;

const windowBytes = 256 * 1024;
const quotationMark = 0x22;
const backslash = 0x5c;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The header's bytes, read as they are needed. */
export interface HeaderSource {
  length: number;
  /** Fills `target` from `position` on, both within the header. */
  read(target: Uint8Array, position: number): void;
}

export class HeaderScanner {
  /** The tensor being read, for the sentence of a fault. Only a fault quotes it: quoting costs more than reading. */
  tensor: string | null = null;
  #position = 0;
  #textBytes = 0;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  readonly #source: HeaderSource;
  readonly #path: string;

  constructor(source: HeaderSource, path: string) {
    this.#source = source;
    this.#path = path;
  }

  #byte(at: number): number {
    const offset = at - this.#windowStart;
    if (offset >= 0 && offset < this.#window.length) return this.#window[offset]!;
    this.#window = this.#read(at, Math.min(windowBytes, this.#source.length - at));
    this.#windowStart = at;
    return this.#window[0]!;
  }

  #slice(start: number, end: number): Buffer {
    const offset = start - this.#windowStart;
    const inside = offset >= 0 && end - this.#windowStart <= this.#window.length;
    return inside ? this.#window.subarray(offset, end - this.#windowStart) : this.#read(start, end - start);
  }

  #read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    this.#source.read(bytes, position);
    return bytes;
  }

  /** "the header … `reason`", with the tensor and the byte of the header where it was found. */
  fault(reason: string, value?: string): LabError {
    const place = this.tensor === null ? 'the header' : `the header, in tensor ${quote(this.tensor)},`;
    return refusal(this.#path, `${place} ${reason} (byte ${this.#position})`, { ...(value && { value }) });
  }

  /** The next byte that is not white space, not consumed; '' at the end. */
  peek(): string {
    while (this.#position < this.#source.length) {
      const code = this.#byte(this.#position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        return code < 0x80 ? String.fromCharCode(code) : '�';
      }
      this.#position++;
    }
    return '';
  }

  expect(character: string, before: string): void {
    if (this.accept(character)) return;
    const found = this.peek();
    throw this.fault(`${found ? `has ${quote(found)}` : 'ends'} where ${before} asks for ${quote(character)}`);
  }

  /** Consumes `character` when it is next. */
  accept(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#position++;
    return true;
  }

  /** Calls `member` once for each member of an object or array, the separators consumed here. */
  members(open: string, close: string, what: string, member: () => void): void {
    this.expect(open, what);
    if (this.accept(close)) return;
    do member();
    while (this.accept(','));
    this.expect(close, what);
  }

  string(what: string): string {
    this.expect('"', what);
    const start = this.#position;
    let escaped = false;
    let highest = 0;
    const limit = start + maximumTextBytes - this.#textBytes;
    for (let at = start; at < this.#source.length; at++) {
      const code = this.#byte(at);
      if (code === quotationMark) return this.#text(start, at, highest < 0x80, escaped);
      if (code < 0x20) {
        this.#position = at;
        throw this.fault('has an unescaped control character in its text', String(code));
      }
      if (code > highest) highest = code;
      if (at >= limit) throw this.fault(`holds more than ${maximumTextBytes} bytes of names and metadata`);
      if (code === backslash) {
        escaped = true;
        at++;
      }
    }
    throw this.fault('has text that never ends');
  }

  #text(start: number, end: number, ascii: boolean, escaped: boolean): string {
    this.#textBytes += end - start;
    const text = ascii ? this.#slice(start, end).toString('latin1') : this.#decode(start, end);
    this.#position = end + 1;
    return escaped ? this.#unescape(text) : text;
  }

  #decode(start: number, end: number): string {
    const bytes = this.#slice(start, end);
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.fault('has text that is not valid UTF-8');
    }
  }

  #unescape(text: string): string {
    let unescaped: string;
    try {
      unescaped = JSON.parse(`"${text}"`) as string;
    } catch {
      throw this.fault(`has an invalid escape in its text ${quote(text)}`, quote(text));
    }
    if (!unescaped.isWellFormed()) {
      throw this.fault(`has half a surrogate pair in its text ${quote(text)}`, quote(text));
    }
    return unescaped;
  }

  /** A whole number from 0 to 2^53 − 1, digits only. */
  wholeNumber(what: string): number {
    this.peek();
    const start = this.#position;
    let end = start;
    while (end < this.#source.length && end - start < 40 && isNumeric(this.#byte(end))) end++;
    const text = this.#slice(start, end).toString('latin1');
    if (!text) throw this.fault(`has ${quote(this.peek() || 'no more')} where ${what} asks for a whole number`);
    if (!/^(0|[1-9][0-9]*)$/.test(text)) {
      throw this.fault(`has ${text} in ${what}, which is not a whole number of 0 or more`, text);
    }
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw this.fault(`has ${text} in ${what}, which is above 2^53 − 1`, text);
    this.#position = end;
    return value;
  }

  /** Only white space may follow the header's closing brace. */
  end(): void {
    const found = this.peek();
    if (found) throw this.fault(`goes on after its closing brace with ${quote(found)}`);
  }
}

/** A byte that a JSON number can contain, so that "-1", "1.5" and "1e3" are shown whole when they are refused. */
function isNumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || '+-.eE'.includes(String.fromCharCode(code));
}
