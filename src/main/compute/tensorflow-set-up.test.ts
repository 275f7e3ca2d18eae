import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runSetUp, type SetUpProgress, setUpProgram } from './tensorflow-set-up.ts';

const program = { node: process.execPath, file: join(import.meta.dirname, 'fake-set-up.testing.ts') };

test('tells its progress, and in the end what was done', async () => {
  const told: SetUpProgress[] = [];
  const args = ['--gpu'];
  const done = await runSetUp({ program, args, onProgress: (progress) => told.push(progress) });
  expect(done).toBe('The engine "tensorflow" is ready.');
  expect(told).toEqual([
    { phase: 'requirements', message: 'Looking …' },
    { phase: 'fetch', message: 'Fetching for a GPU …' },
  ]);
  expect(await runSetUp({ program, args: ['--remove'] })).toBe('Removed it.');
});

test.each([
  [['--fail'], 'pip could not fetch it: no network.'],
  [['--crash'], 'The set-up of TensorFlow ended with code 7 without a result. Its last words: "Error: out of luck".'],
])('%s is an error that says why', async (args, message) => {
  await expect(runSetUp({ program, args })).rejects.toMatchObject({ code: 'engine', message });
});

test('a program that cannot be started is one that ended', async () => {
  const nowhere = { ...program, node: join(import.meta.dirname, 'nowhere') };
  await expect(runSetUp({ program: nowhere, args: [] })).rejects.toThrow(/without a result\..*ENOENT/);
});

test('is stopped in order', async () => {
  const stop = new AbortController();
  const onProgress = ({ phase }: SetUpProgress) => phase === 'fetch' && stop.abort();
  const ended = runSetUp({ program, args: ['--wait'], onProgress, signal: stop.signal });
  await expect(ended).rejects.toThrow('Stopped; nothing is left of it.');
});

test('is found from the sources and from a bundle of a checkout, and nowhere else', async () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  for (const here of [import.meta.dirname, join(root, 'out', 'main')]) {
    const found = setUpProgram(here)!;
    expect(found.file).toBe(join(root, 'scripts', 'setup-tensorflow.ts'));
    expect(existsSync(found.node)).toBe(true);
  }
  const packaged = setUpProgram(join('/opt', 'lab', 'resources', 'app.asar', 'out', 'main'));
  expect(packaged).toBeNull();
  await expect(runSetUp({ program: packaged, args: [] })).rejects.toMatchObject({
    remedy: expect.stringContaining('npm run setup:tensorflow'),
  });
});
