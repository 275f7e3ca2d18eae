// A small JSON object of somebody else's, read whole within a bound: config.json, an index. It declines to judge content.
import { quote, refusal } from '../checkpoint/refusal.ts';
import { openRegularFile, readExactly } from '../checkpoint/regular-file.ts';

/**
 * Values of one text, in an object or a list of any depth: each fills some fifty bytes of memory, and can take two of the text.
 * An index of as many tensors as are read has half of them.
 */
const maximumValues = 200_000;

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws LabError 'checkpoint' when it is too long, holds too much, is not UTF-8, not JSON or not an object */
export async function readJsonObject(path: string, maximumBytes: number): Promise<JsonObject> {
  const file = await openRegularFile(path);
  try {
    if (file.bytes > maximumBytes) {
      const value = String(file.bytes);
      throw refusal(path, `is ${value} bytes long; at most ${maximumBytes} are read`, { value });
    }
    const bytes = new Uint8Array(file.bytes);
    await readExactly(file, bytes, 0);
    return parseJsonObject(bytes, path);
  } finally {
    await file.handle.close();
  }
}

export function parseJsonObject(bytes: Uint8Array, path: string): JsonObject {
  if (separators(bytes) > maximumValues)
    throw refusal(path, `holds more than ${maximumValues} values, more than are read`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // A RangeError is a nesting too deep for the parser; a TypeError is text that is not UTF-8.
    const reason =
      error instanceof SyntaxError ? quote(error.message) : error instanceof TypeError ? 'not UTF-8' : 'too deep';
    throw refusal(path, `is not valid JSON: ${reason}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(
      path,
      `holds ${Array.isArray(value) ? 'a list' : quote(String(value))} where a JSON object is asked for`,
    );
  }
  return value as JsonObject;
}

/** At least as many as there are values but one: before each other value stands a comma or the start of what holds it. */
function separators(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) count++;
  return count;
}
