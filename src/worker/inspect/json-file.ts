// A small JSON object of somebody else's, read whole within a bound: config.json, an index. It declines to judge content.
import { quote, refusal } from '../checkpoint/refusal.ts';
import { openRegularFile, readExactly } from '../checkpoint/regular-file.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws LabError 'checkpoint' when it is too long, not UTF-8, not JSON or not an object */
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
