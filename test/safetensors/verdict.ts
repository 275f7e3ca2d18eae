// What our reader and the reference library make of a file, in one form.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { LabError } from '../../src/shared/errors.ts';
import {
  headerLength,
  parseSafetensorsHeader,
  type SafetensorsHeader,
} from '../../src/worker/checkpoint/safetensors-header.ts';

/** Null is refused. */
export type Verdict = {
  /** By name. The value of its first byte says where it begins, as data count up; null where there are none. */
  tensors: [name: string, dtype: string, shape: readonly number[], first: number | null, bytes: number][];
  /** By key. A list, because JSON.parse of Node 24.21 confuses keys that are written with escapes. */
  metadata: [key: string, value: string][];
} | null;

/** Our reader's verdict on a file in memory, with its reason where it refuses. */
export function ourVerdict(file: Uint8Array): { verdict: Verdict; reason: string | null } {
  try {
    const length = headerLength(file.subarray(0, 8), file.length, 'file');
    const read = (target: Uint8Array, position: number) =>
      target.set(file.subarray(8 + position, 8 + position + target.length));
    const header = parseSafetensorsHeader({ length, read }, file.length - 8 - length, 'file');
    return { verdict: verdictOf(header, file), reason: null };
  } catch (error) {
    if (error instanceof LabError && error.code === 'checkpoint') return { verdict: null, reason: error.message };
    throw error;
  }
}

export function verdictOf({ tensors, metadata }: SafetensorsHeader, file: Uint8Array): Verdict {
  const data = file.subarray(8 + headerLength(file.subarray(0, 8), file.length, 'file'));
  const listed = [...tensors.values()].map(({ name, dtype, shape, begin, end }): NonNullable<Verdict>['tensors'][0] => [
    name,
    dtype,
    shape,
    begin === end ? null : data[begin]!,
    end - begin,
  ]);
  return {
    tensors: listed.sort(inBytes),
    metadata: [...metadata].sort(inBytes),
  };
}

/**
 * The reference library's verdicts, of files with fewer than 256 bytes of data.
 * @param python one that has the library
 */
export function referenceVerdicts(files: readonly Uint8Array[], python: string): Verdict[] {
  const frames = files.flatMap((file) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(file.length);
    return [length, file];
  });
  const options = { input: Buffer.concat(frames), maxBuffer: 2 ** 30, encoding: 'utf8' } as const;
  const lines = execFileSync(python, [join(import.meta.dirname, 'reference.py')], options)
    .trimEnd()
    .split('\n');
  if (lines.length !== files.length) throw new Error(`${lines.length} verdicts for ${files.length} files`);
  return lines.map((line) => JSON.parse(line) as Verdict);
}

/** As text that is equal where two verdicts are. */
export const canonical = (verdict: Verdict): string => JSON.stringify(verdict && [verdict.tensors, verdict.metadata]);

const inBytes = ([a]: [string, ...unknown[]], [b]: [string, ...unknown[]]) =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));
