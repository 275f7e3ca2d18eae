// What is imported is a run like any other: trained on by a real worker.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configurationFromPreset } from '../../../shared/config/index.ts';
import { nodeWorkers } from '../../compute/index.ts';
import { type Lab, openLab } from '../index.ts';
import { temporaryHome } from '../pretended-lab.testing.ts';

const steps = 4;
const model = { width: 8, layers: 1, heads: 2, context: 8, experts: 2, active: 1, expertWidth: 8 } as const;
const configuration = configurationFromPreset('nano', {
  corpus: 'text',
  name: 'run',
  model,
  training: { steps, batch: 2, warmupSteps: 1, checkpointEvery: 2 },
  evaluation: { every: steps, denseUntil: 0, tokens: 16, similarityTokens: 0 },
  engine: { kind: 'onnx-cpu', threads: 1 },
});

let place: ReturnType<typeof temporaryHome>;
let labs: Lab[];
beforeEach(() => {
  place = temporaryHome();
  labs = [];
});
afterEach(async () => {
  for (const lab of labs) await lab.close();
  place.remove();
});

async function labIn(name: string): Promise<Lab> {
  const lab = openLab({ home: join(place.home, name), launch: nodeWorkers() });
  labs.push(lab);
  await addText(lab, 'text', 'one fox');
  return lab;
}

async function addText(lab: Lab, name: string, words: string): Promise<void> {
  const folder = join(place.home, name);
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < 40; file++) writeFileSync(join(folder, `${file}.txt`), `${words} ${file} `.repeat(20));
  await lab.addCorpus({ name, sources: [{ path: folder }], tokenizer: 'bytes' });
}

async function trained(lab: Lab, run: string) {
  lab.start(run);
  await lab.ended(run);
  expect(lab.store.runs.get(run)).toMatchObject({ status: 'completed' });
  return lab.store.checkpoints.list(run).at(-1)!;
}

test('a checkpoint of another lab goes on there to the very bytes that it would have come to', async () => {
  const home = await labIn('home');
  const run = home.createRun({ experiment: home.createExperiment({ name: 'e' }).id, configuration });
  const straight = await trained(home, run.id);
  const [half] = home.store.checkpoints.list(run.id);
  expect([half!.step, straight.step]).toEqual([2, steps]);

  const away = await labIn('away');
  const { run: taken, notes } = await away.importModel({ paths: [half!.folder], name: 'taken in', corpus: 'text' });
  expect(taken).toMatchObject({ status: 'paused', name: 'taken in' });
  expect(notes.join(' ')).toContain('trained on this very corpus');
  const { hashes, step } = await trained(away, taken.id);
  expect(step).toBe(steps);
  for (const file of ['model.safetensors', 'optimizer.safetensors']) expect(hashes[file]).toBe(straight.hashes[file]);

  const { run: whole } = await away.importModel({ paths: [straight.folder], name: 'at its end', corpus: 'text' });
  expect(whole.status).toBe('completed');

  await addText(away, 'cats', 'two cats');
  const other = await away.importModel({ paths: [half!.folder], name: 'on another text', corpus: 'cats' });
  expect(other.notes.join(' ')).toContain('another corpus');
  expect((await trained(away, other.run.id)).step).toBe(steps);
}, 120_000);
