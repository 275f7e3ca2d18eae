import { expect, test } from 'vitest';
import { records } from './tensorboard-records.ts';
import { record } from './written-events.testing.ts';

const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, index) => index % 251));

async function read(pieces: readonly Buffer[]): Promise<Buffer[]> {
  const none = () => expect.fail('Nothing is cut off or passed over.');
  const found: Buffer[] = [];
  const all = (async function* () {
    yield* pieces;
  })();
  for await (const { data } of records('a file', all, { cut: none, passed: none })) found.push(Buffer.from(data));
  return found;
}

// A record that fills the first buffer to its end, so that whatever follows it is written over its start.
test.each([0, 1, 2, 3])('a record is whole when the piece ends %i bytes into the sum after it', async (more) => {
  const [large, small] = [bytes(2 ** 16 - 12 - more), bytes(100)];
  const file = Buffer.concat([record(large), record(small)]);
  const end = 2 ** 16;
  expect(await read([file.subarray(0, end), file.subarray(end)])).toEqual([large, small]);
});
