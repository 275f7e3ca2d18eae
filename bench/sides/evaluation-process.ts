// One process that trains the preset nano by its default schedule and then studies its checkpoints, telling the processor time of
// each: what a run spends on being measured, and what studies cost beside it. Prints one line of JSON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationFromPreset } from '../../src/shared/config/index.ts';
import { studyRequestSchema } from '../../src/shared/studies/study.ts';
import { prepareCorpus } from '../../src/worker/data/prepare.ts';
import { Generator } from '../../src/worker/random/generator.ts';
import { runStudy } from '../../src/worker/studies/run-study.ts';
import { runTraining } from '../../src/worker/train/run-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'simbal-bench-'));
const corpus = join(folder, 'corpus');
const pause = new AbortController().signal;
const threads = 1;

const random = new Generator(0, 'text');
const words = Array.from({ length: 300_000 }, () =>
  String.fromCharCode(97 + random.integer(26)).repeat(1 + random.integer(6)),
);
writeFileSync(join(folder, 'text.txt'), words.join(' '));
await prepareCorpus({
  sources: [{ path: join(folder, 'text.txt') }],
  tokenizer: 'bytes',
  validationShare: 0.1,
  folder: corpus,
  name: 'bench',
});

/** Processor seconds of this process so far. */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const configuration = configurationFromPreset('nano', { corpus: 'bench' });
const job = { run: 'bench', configuration, corpus, checkpoints: join(folder, 'run'), resume: null, threads };
const spent = { steps: 0, evaluation: 0 };
const checkpoints: { step: number; folder: string }[] = [];
let [before, evaluations] = [used(), 0];
for await (const event of runTraining(job, pause)) {
  // The steps are told right before an evaluation, so what lies between is the evaluation's; before the first, programs are compiled.
  if (event.type === 'steps') spent.steps += used() - before;
  if (event.type === 'evaluation' && evaluations++ > 0) spent.evaluation += used() - before;
  if (event.type === 'checkpoint') checkpoints.push({ step: event.checkpoint.step, folder: event.checkpoint.folder });
  if (event.type === 'failed') throw new Error(event.error.message);
  before = used();
}
const { step } = checkpoints.at(-1)!;
const studies: Record<string, number> = {};
for (const kind of ['routing', 'similarity', 'geometry'] as const) {
  const request = studyRequestSchema.parse({ kind, run: 'bench', steps: [step] });
  const study = { study: kind, request, configuration, corpus, checkpoints: checkpoints.slice(-1), stored: [] };
  const begin = used();
  for await (const _ of runStudy({ ...study, exports: folder, threads }, pause));
  studies[kind] = used() - begin;
}
rmSync(folder, { recursive: true, force: true });
// The first evaluation is taken to cost as much as the mean of the others.
const evaluation = (spent.evaluation * evaluations) / (evaluations - 1);
process.stdout.write(`${JSON.stringify({ evaluations, steps: spent.steps, evaluation, studies })}\n`);
