// Writes test/fixtures/pruning/checkpoint and corpus, and the sequences that pruning is calibrated on: a small model trained by this
// program's own trainer, with a loss-free bias, for the agreement of pruning with test/pytorch. Run it with Node, then
// test/pytorch/write_fixtures.py, whose numbers follow from it.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainBatch } from '../src/worker/data/batches.ts';
import { openCorpus } from '../src/worker/data/corpus.ts';
import {
  eventsOf,
  exampleConfiguration,
  exampleFolder,
  exampleJob,
  only,
} from '../src/worker/train/example-run.testing.ts';

const calibration = { tokens: 512, seed: 3 };
const configuration = exampleConfiguration({
  name: 'pruning fixture',
  model: { experts: 6, expertWidth: 8, routerInit: 'normal' },
  objective: [{ kind: 'loss-free-bias', rate: 0.003 }],
  training: { steps: 200, warmupSteps: 20 },
  evaluation: { every: 200, tokens: 512 },
});
const { folder, corpus, remove } = await exampleFolder();
try {
  const [finished] = only(await eventsOf(exampleJob(folder, configuration)), 'finished');
  const target = join(import.meta.dirname, 'fixtures', 'pruning');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(finished!.checkpoint!.folder, join(target, 'checkpoint'), { recursive: true });
  cpSync(corpus, join(target, 'corpus'), { recursive: true });
  const { training, model } = configuration;
  const opened = openCorpus(corpus);
  const order = { seed: calibration.seed, batch: training.batch, context: model.context, accumulate: 1 };
  const batches = calibration.tokens / (training.batch * model.context);
  const tokens = Array.from({ length: batches }, (_, step) => [...trainBatch(opened, order, step + 1).tokens]);
  opened.close();
  mkdirSync(join(target, 'calibration'));
  writeFileSync(join(target, 'calibration', 'batches.json'), `${JSON.stringify(tokens)}\n`);
} finally {
  remove();
}
