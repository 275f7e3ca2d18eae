// Processes that read a recording: few at once, and gone as soon as nobody waits for them.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lab } from '../index.ts';
import { openPretended, temporaryHome } from '../pretended-lab.testing.ts';

let place: ReturnType<typeof temporaryHome>;
let lab: Lab;
beforeEach(() => {
  place = temporaryHome();
  // A worker that answers nothing, and a lab that would wait very long for it.
  ({ lab } = openPretended(place.home, { behaviour: 'hang', limits: { silence: 600_000, grace: 600_000 } }));
});
afterEach(async () => {
  await lab.close();
  place.remove();
});

test('one that is given up ends at once and makes room; more than four are refused', async () => {
  const given = new AbortController();
  const readings = Array.from({ length: 4 }, () => lab.imports.look(import.meta.filename, given.signal));
  const ended = Promise.allSettled(readings);
  await expect(lab.imports.look(import.meta.filename)).rejects.toMatchObject({
    code: 'request',
    message: '4 files are being read already.',
  });
  given.abort();
  expect((await ended).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  const next = new AbortController();
  const another = lab.imports.look(import.meta.filename, next.signal);
  next.abort();
  await expect(another).rejects.toMatchObject({ code: 'worker' });
});

test('a path that depends on where somebody is, is refused', async () => {
  for (const read of [lab.imports.look('bundle.zip'), lab.imports.bundle('../bundle.zip')]) {
    await expect(read).rejects.toMatchObject({ code: 'request', field: 'path', remedy: expect.any(String) });
  }
});
