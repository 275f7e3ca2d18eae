// One process that times the whole training loop of the lab, step metrics and messages included, beside the bare steps of the same run in
// turn: what a step costs around its mathematics. Prints one line of JSON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationFromPreset } from '../../src/shared/config/index.ts';
import { prepareCorpus } from '../../src/worker/data/prepare.ts';
import { Generator } from '../../src/worker/random/generator.ts';
import { runTraining } from '../../src/worker/train/run-training.ts';

const steps = Number(process.argv[2] ?? 80);
const folder = mkdtempSync(join(tmpdir(), 'simbal-bench-'));
const random = new Generator(0, 'text');
const words = Array.from({ length: 60_000 }, () =>
  String.fromCharCode(97 + random.integer(26)).repeat(1 + random.integer(6)),
);
writeFileSync(join(folder, 'text.txt'), words.join(' '));
await prepareCorpus({
  sources: [{ path: join(folder, 'text.txt') }],
  tokenizer: 'bytes',
  validationShare: 0.1,
  folder: join(folder, 'corpus'),
  name: 'bench',
});
const configuration = configurationFromPreset('nano', {
  corpus: 'bench',
  training: { steps, warmupSteps: 4, checkpointEvery: 0 },
  evaluation: { every: 1_000_000, denseUntil: 0, tokens: 2048, similarityEvery: 1, similarityTokens: 0 },
});
const times: { at: number; step: number; busy: number }[] = [];
const job = {
  run: 'bench',
  configuration,
  corpus: join(folder, 'corpus'),
  checkpoints: join(folder, 'run'),
  resume: null,
  threads: 2,
};
for await (const event of runTraining(job, new AbortController().signal)) {
  if (event.type === 'steps') {
    const last = event.steps.at(-1)!;
    times.push({ at: performance.now() / 1000, step: last.step, busy: last.seconds });
  }
  if (event.type === 'failed') throw new Error(event.error.message);
}
rmSync(folder, { recursive: true, force: true });
const [first, last] = [times[0]!, times.at(-2)!];
process.stdout.write(
  `${JSON.stringify({
    secondsPerStep: (last.at - first.at) / (last.step - first.step),
    busyPerStep: (last.busy - first.busy) / (last.step - first.step),
  })}\n`,
);
