// What does not fit into memory is read all the same: counted as the most that a process of its own held. SIMBAL_FUZZ_SECONDS takes
// the sizes that no run of the tests has time for: a line of a gigabyte, 100,000 files.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byHand } from '../../../test/fuzzing.ts';
import { peakMemory } from '../../../test/peak-memory.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

const timeout = byHand ? 1_200_000 : 60_000;

/** Prepares `in` as the corpus `out`. */
function prepared(folder: string, tokenizer: string) {
  const job = {
    name: 'large',
    sources: [{ path: join(folder, 'in') }],
    folder: join(folder, 'out'),
    tokenizer,
    validationShare: 0.1,
  };
  const { megabytes, output } = peakMemory(
    { prepareCorpus: new URL('./prepare.ts', import.meta.url) },
    `console.log(JSON.stringify(await prepareCorpus(${JSON.stringify(job)})));`,
  );
  return {
    megabytes,
    description: JSON.parse(output) as { bytes: number; documents: { train: number; validation: number } },
  };
}

function lineOf(megabytes: number): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'in'));
  const file = openSync(join(folder, 'in', 'line.txt'), 'w');
  // 16 bytes: 'wörd' has five, '漢字' six.
  const part = Buffer.from('wörd, 漢字 .,'.repeat(65_536));
  for (let i = 0; i < megabytes; i++) writeSync(file, part);
  closeSync(file);
  return folder;
}

test(
  'one line far larger than the memory that is held',
  () => {
    const megabytes = byHand ? 1024 : 48;
    const { description, megabytes: held } = prepared(lineOf(megabytes), 'bytes');
    expect(description.bytes).toBe(megabytes * 2 ** 20);

    expect(held).toBeLessThan(80);
  },
  timeout,
);

test(
  'very many files, with names that are lines and commands',
  () => {
    const count = byHand ? 100_000 : 2000;
    const folder = temporaryFolder();
    for (let i = 0; i < count; i++) {
      const at = join(folder, 'in', String(i % 97));
      if (i < 97) mkdirSync(at, { recursive: true });
      writeFileSync(join(at, `${i}\n\x1b[2J'"$(id) \u202e.txt`), `document ${i}`);
    }
    const { description, megabytes } = prepared(folder, 'bytes');
    expect(description.documents.train + description.documents.validation).toBe(count);

    expect(megabytes).toBeLessThan(byHand ? 300 : 100);
  },
  timeout,
);
