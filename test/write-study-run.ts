// Trains the run whose checkpoints the studies are tested on, and puts it with its corpus under test/fixtures/studies:
// `node test/write-study-run.ts`, then `python3 test/pytorch/write_fixtures.py` for what PyTorch finds in it.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  eventsOf,
  exampleConfiguration,
  exampleFolder,
  exampleJob,
  only,
} from '../src/worker/train/example-run.testing.ts';

const target = join(import.meta.dirname, 'fixtures', 'studies');
const example = await exampleFolder();
const configuration = exampleConfiguration({
  objective: [{ kind: 'simbal' }, { kind: 'loss-free-bias', rate: 0.01 }],
  model: { width: 8, expertWidth: 8, experts: 5, initDeviation: 0.3 },
  training: { steps: 60, checkpointEvery: 20 },
  evaluation: { every: 60, tokens: 320, similarityTokens: 320 },
});
const events = await eventsOf(exampleJob(example.folder, configuration));
rmSync(target, { recursive: true, force: true });
cpSync(join(example.folder, 'corpus'), join(target, 'corpus'), { recursive: true });
for (const { checkpoint } of only(events, 'checkpoint').slice(1)) {
  cpSync(checkpoint.folder, join(target, `step-${checkpoint.step}`), { recursive: true });
}
example.remove();
process.stdout.write(`${JSON.stringify(only(events, 'evaluation').at(-1)?.evaluation, null, 1)}\n`);
