// Properties of the reader over any file: it accepts what is whole or refuses in a sentence, and looks at few bytes to do so.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LabError } from '../../src/shared/errors.ts';
import {
  headerLength,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  tensorBytes,
} from '../../src/worker/checkpoint/safetensors-header.ts';
import { fuzzing } from '../fuzzing.ts';
import { randomFile } from './random-files.ts';

/** The header, or null where it is refused; and how many bytes were asked for on the way. */
function judged(file: Uint8Array): { header: SafetensorsHeader | null; length: number; asked: number } {
  let [length, asked] = [0, 0];
  const read = (target: Uint8Array, position: number) => {
    asked += target.length;
    expect(position + target.length).toBeLessThanOrEqual(length);
    target.set(file.subarray(8 + position, 8 + position + target.length));
  };
  try {
    length = headerLength(file.subarray(0, 8), file.length, 'file');
    return { header: parseSafetensorsHeader({ length, read }, file.length - 8 - length, 'file'), length, asked };
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    const { code, message } = error as LabError;
    expect(code).toBe('checkpoint');
    expect(message).toMatch(/^file: .*\.$/);
    expect(message.length).toBeLessThan(700);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    return { header: null, length, asked };
  }
}

function expectWhole(header: SafetensorsHeader, dataBytes: number): void {
  let covered = 0;
  for (const [name, { name: same, dtype, shape, begin, end }] of header.tensors) {
    expect(same).toBe(name);
    expect(begin).toBe(covered);
    expect(tensorBytes(dtype, shape)).toBe(end - begin);
    covered = end;
  }
  expect(covered).toBe(dataBytes);
}

const files = fc.oneof({ weight: 9, arbitrary: randomFile }, fc.uint8Array({ maxLength: 200 }));

test('any file is whole or refused, each byte of its header asked for at most twice', () => {
  let accepted = 0;
  fc.assert(
    fc.property(files, (file) => {
      const { header, length, asked } = judged(file);
      expect(asked).toBeLessThanOrEqual(2 * length + 1);
      if (!header) return;
      accepted++;
      expectWhole(header, file.length - 8 - length);
    }),
    fuzzing(5000),
  );
  expect(accepted).toBeGreaterThan(500);
});

test('also where the header is longer than what is looked at at once', () => {
  const spaced = fc.tuple(randomFile, fc.array(fc.tuple(fc.nat(), fc.nat(300_000)), { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(spaced, ([file, spaces]) => {
      const plain = judged(file);
      if (!plain.header) return;
      // White space between tokens changes nothing but where they stand.
      const tokens = file
        .subarray(8, 8 + plain.length)
        .toString()
        .match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|\d+/g)!;
      for (const [at, count] of spaces) tokens[1 + (at % (tokens.length - 1))] += ' '.repeat(count);
      const text = Buffer.from(tokens.join(''));
      const prefix = Buffer.alloc(8);
      prefix.writeBigUInt64LE(BigInt(text.length));
      const { header, length, asked } = judged(Buffer.concat([prefix, text, file.subarray(8 + plain.length)]));
      expect(header).toEqual(plain.header);
      expect(asked).toBeLessThanOrEqual(2 * length + 1);
    }),
    fuzzing(400),
  );
});
