// A configuration from a file that a person names: read only as far as a configuration can be long, whatever the file is.
import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseConfigurationText, type RunConfiguration } from '../../shared/config/index.ts';
import { LabError } from '../../shared/errors.ts';
import { systemFault } from '../../shared/system-faults.ts';

/** Of UTF-8; more than the million characters that a configuration may have. */
const mostBytes = 4 * 1024 * 1024;

/** @throws LabError 'request' where the file cannot be read as text, ConfigurationError for what stands in it */
export function configurationFromFile(folder: string, file: string): RunConfiguration {
  const refuse = (reason: string) =>
    new LabError('request', `${file} ${reason}.`, {
      field: file,
      remedy: 'Name a file that holds a configuration as JSON.',
    });
  let bytes: Buffer;
  try {
    bytes = firstBytes(resolve(folder, file), mostBytes + 1);
  } catch (thrown) {
    throw refuse(`cannot be read: ${systemFault(thrown) ?? String(thrown)}`);
  }
  if (bytes.length > mostBytes) throw refuse(`goes on after ${mostBytes} bytes, which no configuration does`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refuse('is not UTF-8 text');
  }
  return parseConfigurationText(text);
}

/** A device or a pipe has no size to ask for, and may have no end. */
function firstBytes(path: string, most: number): Buffer {
  const handle = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (let left = most; left > 0; ) {
      const piece = Buffer.alloc(Math.min(left, 64 * 1024));
      const read = readSync(handle, piece);
      if (read === 0) break;
      pieces.push(piece.subarray(0, read));
      left -= read;
    }
    return Buffer.concat(pieces);
  } finally {
    closeSync(handle);
  }
}
