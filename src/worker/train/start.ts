// Where a run starts: from its seeds, or from a checkpoint of its own (exactly where it was) or of another run (a fork).
import type { ModelConfiguration, RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import type { CheckpointState } from '../checkpoint/checkpoint-state.ts';
import { notFinite } from '../checkpoint/not-finite.ts';
import type { Corpus } from '../data/corpus.ts';
import type { Engine } from '../engine/engine.ts';
import { initialise } from '../model/initialise.ts';
import { learningRateAt } from '../optim/schedule.ts';
import { biasName, biasOfLayer, newBias, type TrainingState } from './training-state.ts';

/** Puts the initial parameters into an engine whose state is zero. */
export async function startFromSeeds(engine: Engine, configuration: RunConfiguration): Promise<TrainingState> {
  const { model, seeds } = configuration;
  const hashes = await initialise(model, seeds.init, (name, value) => engine.upload('parameter', name, value));
  return {
    step: 0,
    tokens: 0,
    seconds: 0,
    bias: newBias(configuration),
    evaluationDue: false,
    ...hashes,
    checkpoint: null,
  };
}

export interface Continuation {
  state: TrainingState;
  /** What the person should know: what differs from the run that wrote the checkpoint. */
  notes: string[];
}

/**
 * Puts a checkpoint's parameters and moments into the engine. Schedule, objective, optimizer and data order are the
 * configuration's from here on, whatever the checkpoint was trained with.
 * @throws LabError when the checkpoint is damaged, is of another model, or lies beyond the run's last step
 */
export async function startFromCheckpoint(
  engine: Engine,
  configuration: RunConfiguration,
  corpus: Corpus,
  folder: string,
): Promise<Continuation> {
  const checkpoint = await openCheckpoint(folder);
  try {
    const { state } = checkpoint;
    requireSameModel(configuration.model, state.configuration.model, folder);
    requireStepsLeft(configuration, state.step);
    requireSameCorpus(configuration, checkpoint, corpus);
    for (const kind of ['parameter', 'firstMoment', 'secondMoment'] as const) {
      for (const { name } of engine.parameters) {
        const data = await checkpoint.read(kind, name);
        requireNumbers(data, kind, name, folder);
        await engine.upload(kind, name, data);
      }
    }
    const { step, tokens, seconds, initHash, initHashWithoutRouters, evaluationDue = false } = state;
    const { record } = checkpoint;
    const bias = await readBias(checkpoint, configuration);
    return {
      state: { step, tokens, seconds, bias, evaluationDue, initHash, initHashWithoutRouters, checkpoint: record },
      notes: [...differences(configuration, checkpoint, corpus), ...otherEngine(engine, state)],
    };
  } finally {
    await checkpoint.close();
  }
}

function requireNumbers(data: Float32Array, kind: string, name: string, folder: string): void {
  const { count, first } = notFinite(data);
  if (first === null) return;
  throw new LabError(
    'checkpoint',
    `The checkpoint ${folder} cannot be trained further: ${count} entries of ${name} (${kind}) are no finite numbers, the first ${data[first]} at ${first}.`,
    { field: name, value: String(data[first]), remedy: 'Take an earlier checkpoint.' },
  );
}

/** Fields of the model that speak of its initialisation only. */
const initialisationOnly = ['initDeviation', 'routerInit'];

export function requireSameModel(model: ModelConfiguration, trained: ModelConfiguration, folder: string): void {
  const names = Object.keys(model) as (keyof ModelConfiguration)[];
  const other = names.find((name) => !initialisationOnly.includes(name) && model[name] !== trained[name]);
  if (other === undefined) return;
  const field = `model.${other}`;
  throw new LabError(
    'checkpoint',
    `${field} is ${model[other]}, and the model of the checkpoint ${folder} has ${trained[other]}; a run goes on with the model it has.`,
    { field, value: String(model[other]), remedy: `Set ${field} to ${trained[other]}, or start from the seeds.` },
  );
}

function requireStepsLeft({ training: { steps } }: RunConfiguration, step: number): void {
  if (step <= steps) return;
  throw new LabError(
    'configuration',
    `training.steps is ${steps}, and the checkpoint is of step ${step}: it must be at least ${step}.`,
    { field: 'training.steps', value: String(steps), remedy: 'Raise training.steps, or take an earlier checkpoint.' },
  );
}

export function requireSameCorpus(configuration: RunConfiguration, { state }: Checkpoint, corpus: Corpus): void {
  if (configuration.corpus !== state.configuration.corpus || corpus.hash === state.corpusHash) return;
  throw new LabError(
    'corpus',
    `The corpus "${configuration.corpus}" is not what it was: its content hashes to ${corpus.hash}, and the checkpoint was trained on ${state.corpusHash}.`,
    { field: 'corpus', value: corpus.hash, remedy: 'Put the former corpus back, or fork the run with a new one.' },
  );
}

export async function readBias(checkpoint: Checkpoint, configuration: RunConfiguration): Promise<Float32Array | null> {
  const bias = newBias(configuration);
  if (!bias || !hasBias(checkpoint)) return bias;
  const { layers, experts } = configuration.model;
  for (let layer = 0; layer < layers; layer++) {
    const name = biasName(layer);
    const data = await checkpoint.readBuffer(name);
    if (data.length !== experts) {
      throw new LabError(
        'checkpoint',
        `The checkpoint ${checkpoint.record.folder} has ${data.length} numbers in ${name}; it must have ${experts}, one an expert.`,
        { field: name, value: String(data.length), remedy: 'Take an earlier checkpoint.' },
      );
    }
    requireNumbers(data, 'bias', name, checkpoint.record.folder);
    biasOfLayer(bias, experts, layer).set(data);
  }
  return bias;
}

const hasBias = ({ state }: Checkpoint) => state.buffers.some(({ name }) => name === biasName(0));

/** Sums are rounded in another order by other threads, and otherwise by another engine. */
function otherEngine({ description: { kind, threads } }: Engine, { engine: before }: CheckpointState): string[] {
  if (!before || (before.kind === kind && before.threads === threads)) return [];
  const named = (engine: { kind: string; threads: number }) =>
    `the engine ${engine.kind} with ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`;
  return [
    `The checkpoint was trained by ${named(before)}, and ${named({ kind, threads })} goes on from it: the run continues, but no longer byte for byte as it would have.`,
  ];
}

function differences(configuration: RunConfiguration, checkpoint: Checkpoint, corpus: Corpus): string[] {
  const { training } = configuration;
  const { state } = checkpoint;
  const before = state.configuration;
  const notes: string[] = [];
  if (training.steps !== before.training.steps && state.step < training.steps) {
    const next = learningRateAt(state.step + 1, training);
    notes.push(
      `The learning rate follows the schedule of ${training.steps} steps from here on, no longer that of ${before.training.steps}: step ${state.step + 1} has ${next.toPrecision(4)}.`,
    );
  }
  if (corpus.hash !== state.corpusHash) {
    notes.push(`The checkpoint was trained on another corpus, of hash ${state.corpusHash}.`);
  }
  if (hasBias(checkpoint) && !newBias(configuration)) {
    notes.push('The checkpoint has a loss-free bias, and the objective has none: routing goes on without it.');
  }
  if (!hasBias(checkpoint) && newBias(configuration) && state.step > 0) {
    notes.push('The checkpoint has no loss-free bias: it starts from zero.');
  }
  return notes;
}
