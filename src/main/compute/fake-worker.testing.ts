// A worker that speaks the protocol and computes nothing: what tests launch in place of the real one. Its first argument
// says how it behaves, its second how many milliseconds a step takes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pretendedParts } from '../../shared/studies/pretended-parts.testing.ts';
import type { StudyJob } from '../../shared/studies/study.ts';
import type {
  CheckpointRecord,
  CorpusJob,
  Evaluation,
  RunStart,
  StepMetrics,
  TrainingJob,
  WorkerCommand,
  WorkerEvent,
} from '../../shared/worker-messages.ts';

/** How it misbehaves: at step 15 or the second part of a study, in its first life or in every one. */
export type Behaviour = 'good' | 'crash once' | 'crash always' | 'hang' | 'fail' | 'never pauses' | 'no start';

const behaviour = (process.argv[2] ?? 'good') as Behaviour;
const stepTime = Number(process.argv[3] ?? 1);
const checkpointEvery = 10;

let pausing = false;
let sequence = 0;
const waiting = new Map<number, () => void>();

const say = (event: WorkerEvent) =>
  new Promise<void>((resolve) => process.send!(event, undefined, {}, () => resolve()));

/** Says it and waits until it is acknowledged. */
async function report(
  event: { type: 'steps' | 'evaluation' | 'checkpoint' | 'study-part' } & Record<string, unknown>,
): Promise<void> {
  const number = ++sequence;
  const acknowledged = new Promise<void>((resolve) => waiting.set(number, resolve));
  await say({ ...event, sequence: number } as unknown as WorkerEvent);
  await acknowledged;
}

async function train(job: TrainingJob): Promise<void> {
  const last = job.configuration.training.steps;
  let step = job.resume ? Number(basename(job.resume).slice('step-'.length)) : 0;
  const balanced = job.configuration.objective.length;
  const seed = job.configuration.objective.some(({ kind }) => kind === 'simbal') ? 2 : balanced;
  await say({ type: 'started', start: startOf(job, step) });
  if (step === 0) await report({ type: 'evaluation', evaluation: evaluationOf(0, seed) });
  while (step < last && !pausing) {
    step += 1;
    await new Promise((resolve) => setTimeout(resolve, stepTime));
    if (step === 15) await misbehave(job.resume === null, 'The loss of step 15 is NaN.');
    await report({ type: 'steps', steps: [stepOf(step, seed)] });
    if (step % checkpointEvery === 0 || step === last) {
      await report({ type: 'evaluation', evaluation: evaluationOf(step, seed) });
      await report({ type: 'checkpoint', checkpoint: writeCheckpoint(job, step) });
    }
  }
  const checkpoint = writeCheckpoint(job, step);
  if (step < last) await report({ type: 'checkpoint', checkpoint });
  await say({ type: 'finished', outcome: step < last ? 'paused' : 'completed', step, checkpoint });
  process.exit(0);
}

async function misbehave(firstLife: boolean, message: string): Promise<void> {
  if (behaviour === 'crash always' || (behaviour === 'crash once' && firstLife)) {
    process.stderr.write('out of luck\n', () => process.exit(7));
    await new Promise(() => {});
  }
  if (behaviour === 'hang') for (;;);
  if (behaviour === 'fail') {
    const error = { code: 'not-finite' as const, message };
    await say({ type: 'failed', error, step: 14, checkpoint: null });
    process.exit(1);
  }
}

function writeCheckpoint(job: TrainingJob, step: number): CheckpointRecord {
  const folder = join(job.checkpoints, `step-${String(step).padStart(8, '0')}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'state.json'), '{}');
  return { step, folder, hashes: { 'state.json': '44' }, bytes: 2 };
}

function startOf(job: TrainingJob, step: number): RunStart {
  return {
    step,
    initHash: `init ${job.configuration.seeds.init} ${job.configuration.model.routerInit}`,
    initHashWithoutRouters: `init ${job.configuration.seeds.init}`,
    dataHash: `data ${job.configuration.seeds.data}`,
    engine: { kind: 'onnx-cpu', device: 'pretended', software: false, threads: job.threads },
    parameters: { total: 3_500_000, active: 700_000 },
    bytes: { estimated: 1e8, parameters: 1.4e7 },
    versions: { node: '24.0.0' },
  };
}

const lossAt = (step: number, seed: number) => 2 + 3.5 * Math.exp(-step / (14 - 3 * seed)) - 0.1 * seed;

function stepOf(step: number, seed: number): StepMetrics {
  const crossEntropy = lossAt(step, seed) + 0.05 * Math.sin(step * 1.7);
  return {
    step,
    tokens: step * 2048,
    seconds: step / 5,
    loss: crossEntropy + 0.01 * seed,
    crossEntropy,
    zLoss: 0.001,
    terms: seed ? { simbal: 0.01 } : {},
    gradientNorm: 1,
    learningRate: 1e-3,
    tokensPerSecond: 10_240,
    maxLoad: 2,
  };
}

function evaluationOf(step: number, seed: number): Evaluation {
  const loss = lossAt(step, seed);
  const layers = [0, 1, 2, 3];
  const counts = layers.map((layer) =>
    Array.from({ length: 16 }, (_, expert) => ((expert * 7 + layer) % 16 < 4 + 3 * seed ? 400 + 37 * expert : 0)),
  );
  return {
    step,
    tokens: step * 2048,
    seconds: step / 5,
    cost: 0.1,
    loss,
    perplexity: Math.exp(loss),
    evaluatedTokens: 16_384,
    domains: { prose: { loss, tokens: 16_384 } },
    routing: {
      counts,
      uniqueExperts: counts.map((row) => row.filter(Boolean).length),
      uniqueExpertsPooled: 16,
      sequenceExpertUtilization: layers.map(() => 0.7),
      entropy: layers.map(() => 2.1),
      maxViolation: layers.map((layer) => 2 - 0.5 * seed + 0.1 * layer),
      gini: layers.map(() => 0.4),
      orthogonalityMeanSquare: layers.map((layer) => 10 ** -(2 + seed * 2) * (1 + layer)),
      orthogonalityL1: layers.map(() => 3),
    },
    similarity: {
      tokens: 2048,
      pes: layers.map((layer) => 0.02 + 0.01 * layer + 0.0004 * step * (1 - seed / 3)),
      standardError: layers.map(() => 0.001),
      minimum: 0.02 + 0.0004 * step * (1 - seed / 3),
      pairs: layers.map(() => [[1]]),
    },
  };
}

async function study({ request, configuration: { model }, stored, threads }: StudyJob): Promise<void> {
  const parts = pretendedParts(request, model);
  const versions = { node: '24.0.0' };
  const provenance = { engine: 'onnx-cpu', device: 'pretended', threads, versions };
  await say({ type: 'study-started', provenance, total: parts.length });
  const missing = parts.filter(({ key }) => !stored.includes(key));
  for (const part of missing) {
    if (pausing) break;
    await say({ type: 'progress', phase: part.key, done: parts.indexOf(part), total: parts.length });
    await new Promise((resolve) => setTimeout(resolve, stepTime));
    if (part === parts[1]) await misbehave(missing.length === parts.length, 'The loss of the second part is NaN.');
    await report({ type: 'study-part', part });
  }
  await say({ type: 'studied', outcome: pausing ? 'stopped' : 'completed' });
  process.exit(0);
}

async function prepare(job: CorpusJob): Promise<void> {
  for (const done of [0, 50, 100]) await say({ type: 'progress', phase: 'reading', done, total: 100 });
  mkdirSync(job.folder);
  writeFileSync(join(job.folder, 'corpus.json'), '{}');
  // The same sources hash alike whatever they are called.
  const text = JSON.stringify([job.sources, job.tokenizer]);
  const hash = [...Buffer.from(text)].reduce((sum, byte) => (sum * 31 + byte) % 2 ** 40, 7).toString(16);
  const corpus = {
    name: job.name,
    hash: hash.padStart(64, '0'),
    tokenizer: job.tokenizer,
    vocabulary: 257,
    documents: { train: 90, validation: 10, duplicates: 3 },
    tokens: { train: 900_000, validation: 100_000 },
    bytes: 1_000_000,
    domains: { prose: { documents: 100, tokens: 1_000_000, bytes: 1_000_000 } },
    folder: job.folder,
  };
  await say({ type: 'corpus', corpus });
  process.exit(0);
}

async function probe(): Promise<void> {
  const engine = { device: 'pretended', software: false, threads: 2, message: '' };
  await say({
    type: 'engines',
    engines: [
      {
        ...engine,
        kind: 'onnx-cpu',
        available: true,
        chosenByDefault: true,
        selfTest: 'passed',
        tokensPerSecond: 10_000,
      },
      {
        ...engine,
        kind: 'onnx-webgpu',
        available: false,
        chosenByDefault: false,
        message: 'There is no GPU.',
        selfTest: 'not run',
        tokensPerSecond: null,
      },
    ],
  });
  process.exit(0);
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (command: WorkerCommand) => {
  if (command.type === 'train') void train(command.job);
  if (command.type === 'corpus') void prepare(command.job);
  if (command.type === 'probe') void probe();
  if (command.type === 'study') void study(command.job);
  if (command.type === 'pause' && behaviour !== 'never pauses') pausing = true;
  if (command.type === 'acknowledge') waiting.get(command.sequence)?.();
});
setInterval(() => process.stdout.write('.'), 100);
if (behaviour === 'no start') process.exit(3);
void say({ type: 'ready', process: process.pid });
