// Messages as bytes, for a WebSocket. What JSON can say is JSON, which every JavaScript engine reads faster than any format
// written in JavaScript, and a person can read too. The numbers that JSON cannot say (NaN, infinities, −0) are tagged, and
// typed arrays follow the text as they lie in memory: nothing to parse, no base64, and at the far end a view without a copy.
//
//   u32 length of the JSON text, little-endian | JSON text, UTF-8, padded with spaces to 8 bytes | arrays, each padded to 8
import { LabError } from './errors.ts';

const arrayTypes = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint8Array } as const;
type ArrayName = keyof typeof arrayTypes;
type NumberArray = InstanceType<(typeof arrayTypes)[ArrayName]>;

/** An object with this key of its own is a tag; one that had it already is tagged as its entries. */
const mark = '$';
const alignment = 8;
const deepest = 64;

/** @throws LabError 'request' for what is deeper than 64 levels or no plain data */
export function encode(message: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Uint8Array[] = [];
  let offset = 0;
  const attach = (array: NumberArray): number => {
    const start = offset;
    arrays.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    offset += padded(array.byteLength);
    return start;
  };
  const text = new TextEncoder().encode(JSON.stringify(tagged(message, attach, 0)) ?? 'null');
  const head = padded(4 + text.length);
  const bytes = new Uint8Array(head + offset);
  new DataView(bytes.buffer).setUint32(0, head - 4, true);
  bytes.set(text, 4);
  bytes.fill(0x20, 4 + text.length, head);
  let at = head;
  for (const array of arrays) {
    bytes.set(array, at);
    at += padded(array.length);
  }
  return bytes;
}

/** @throws LabError 'request' for anything that `encode` does not write */
export function decode(bytes: Uint8Array): unknown {
  if (bytes.length < 4) throw notAMessage('it is too short');
  // A view of 8-byte numbers has to begin at a multiple of 8.
  const whole = bytes.byteOffset % alignment === 0 ? bytes : bytes.slice();
  const head = 4 + new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  if (head > whole.length || head % alignment !== 0) throw notAMessage('its text is longer than it');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(whole.subarray(4, head));
    return untagged(JSON.parse(text), whole.subarray(head), 0);
  } catch (thrown) {
    throw thrown instanceof LabError ? thrown : notAMessage('its text is not JSON');
  }
}

const padded = (length: number) => Math.ceil(length / alignment) * alignment;

/** The value itself where JSON can say it, so that large plain data is not copied. */
function tagged(value: unknown, attach: (array: NumberArray) => number, depth: number): unknown {
  if (typeof value === 'number') {
    const sayable = Number.isFinite(value) && !Object.is(value, -0);
    return sayable ? value : { [mark]: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) throw notAMessage(`it is deeper than ${deepest} levels`);
  const inside = (item: unknown) => tagged(item, attach, depth + 1);
  if (ArrayBuffer.isView(value)) return taggedArray(value, attach);
  if (Array.isArray(value)) {
    const items = value.map(inside);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, inside(item)] as const);
  if (Object.hasOwn(value, mark)) return { [mark]: 'object', entries };
  return entries.every(([key, item]) => item === (value as Record<string, unknown>)[key])
    ? value
    : Object.fromEntries(entries);
}

function taggedArray(value: ArrayBufferView, attach: (array: NumberArray) => number): unknown {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  if (!isArrayName(name)) throw notAMessage(`it holds a ${name}`);
  const array = value as NumberArray;
  return { [mark]: name, at: attach(array), length: array.length };
}

function untagged(value: unknown, arrays: Uint8Array, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 2 * deepest) throw notAMessage(`it is deeper than ${deepest} levels`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = untagged(value[index], arrays, depth + 1);
    return value;
  }
  if (Object.hasOwn(value, mark)) return fromTag(value as Record<string, unknown>, arrays, depth);
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'object' || item === null) continue;
    // A plain assignment to __proto__ would set the prototype.
    const found = untagged(item, arrays, depth + 1);
    Object.defineProperty(value, key, { value: found, writable: true, enumerable: true, configurable: true });
  }
  return value;
}

function fromTag(tag: Record<string, unknown>, arrays: Uint8Array, depth: number): unknown {
  const kind = tag[mark];
  if (kind === 'NaN' || kind === 'Infinity' || kind === '-Infinity' || kind === '-0') return Number(kind);
  if (kind === 'object' && Array.isArray(tag.entries) && tag.entries.every(isEntry)) {
    return Object.fromEntries(tag.entries.map(([key, item]) => [key, untagged(item, arrays, depth + 1)]));
  }
  if (typeof kind !== 'string' || !isArrayName(kind)) throw notAMessage('it has an unknown tag');
  const type = arrayTypes[kind];
  const { at, length } = tag;
  const fits =
    Number.isSafeInteger(at) &&
    Number.isSafeInteger(length) &&
    (at as number) >= 0 &&
    (length as number) >= 0 &&
    (at as number) % alignment === 0 &&
    (at as number) + (length as number) * type.BYTES_PER_ELEMENT <= arrays.length;
  if (!fits) throw notAMessage('an array lies outside of it');
  return new type(arrays.buffer as ArrayBuffer, arrays.byteOffset + (at as number), length as number);
}

const isEntry = (item: unknown): item is [string, unknown] =>
  Array.isArray(item) && item.length === 2 && typeof item[0] === 'string';

const isArrayName = (name: string): name is ArrayName => Object.hasOwn(arrayTypes, name);

const notAMessage = (why: string) =>
  new LabError('request', `This is not a message of the lab: ${why}.`, { remedy: 'Reload the page.' });
