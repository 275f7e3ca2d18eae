// Corpora of a lab with real workers: prepared at once, damaged behind its back, and put right.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { findCorpus, type Lab, openLab } from './index.ts';
import { temporaryHome } from './pretended-lab.testing.ts';

let place: ReturnType<typeof temporaryHome>;
let lab: Lab;
beforeEach(() => {
  place = temporaryHome();
  lab = openLab({ home: place.home });
});
afterEach(async () => {
  await lab.close();
  place.remove();
});

const add = (name: string, text: string) => {
  const folder = join(place.home, `source ${text}`);
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < 20; file += 1)
    writeFileSync(join(folder, `${file}.txt`), `${text} number ${file}, of some length. `.repeat(6));
  return lab.addCorpus({ name, sources: [{ path: folder }], tokenizer: 'bytes', validationShare: 0.3 });
};

test('preparations at the same time, of one name: of one text they are one corpus, of two both are whole', async () => {
  const added = await Promise.all([add('text', 'One'), add('text', 'One'), add('text', 'Two')]);
  const [first, again, other] = added.map(({ corpus }) => corpus.description.hash) as [string, string, string];
  expect(again).toBe(first);
  expect(added.slice(0, 2).filter(({ known }) => !known)).toHaveLength(1);
  expect(readdirSync(lab.store.paths.corpora).sort()).toEqual([first, other].sort());
  expect([first, other]).toContain(findCorpus(lab.store, 'text').description.hash);
  // What stands there is what its hash says: the same again changes nothing.
  expect((await add('text', 'One')).known).toBe(true);
});

const damages: [string, (folder: string) => void, RegExp][] = [
  [
    'whose tokens are cut',
    (folder) => truncateSync(join(folder, 'train.tokens'), 100),
    /train\.tokens has 100 bytes instead of/,
  ],
  [
    'of which one bit is other',
    (folder) => {
      const bytes = readFileSync(join(folder, 'train.tokens'));
      bytes[200]! ^= 1;
      writeFileSync(join(folder, 'train.tokens'), bytes);
    },
    /its content hashes to [0-9a-f]{64} and not to/,
  ],
  ['without its folder', (folder) => rmSync(folder, { recursive: true }), /there is no corpus\.json/],
];

test('a corpus that is damaged ends a run at its start with what is wrong and what to do, and that puts it right', async () => {
  const { corpus } = await add('text', 'Text');
  const folder = join(lab.store.paths.corpora, corpus.description.hash);
  const experiment = lab.createExperiment({ name: 'damage' }).id;
  const configuration = configurationFromPreset('nano', {
    corpus: 'text',
    model: { width: 16, layers: 1, heads: 2, context: 16, experts: 4, active: 2, expertWidth: 16 },
    training: { steps: 2, batch: 2, warmupSteps: 1 },
    evaluation: { every: 2, denseUntil: 0, tokens: 64, similarityTokens: 16 },
    engine: { kind: 'reference', threads: 1 },
  });
  const whole = join(place.home, 'whole');
  cpSync(folder, whole, { recursive: true });
  const { id } = lab.createRun({ experiment, configuration });
  for (const [what, damage, message] of damages) {
    rmSync(folder, { recursive: true });
    cpSync(whole, folder, { recursive: true });
    damage(folder);
    lab.start(id);
    const failed = await lab.ended(id);
    expect(failed.status, what).toBe('failed');
    expect(failed.message, what).toMatch(message);
    expect(failed.message, what).toContain('again from its sources');
  }
  expect((await add('text', 'Text')).known).toBe(false);
  lab.start(id);
  expect((await lab.ended(id)).status).toBe('completed');
});
