// A training job from its message to its last event: checks, engine, start, loop, and everything put away again.
import { memoryEstimate } from '../../shared/config/cost.ts';
import { countParameters } from '../../shared/config/parameter-count.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { checkCorpus } from '../../shared/config/rules.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import type { RunStart, TrainingJob } from '../../shared/worker-messages.ts';
import { dataHash } from '../data/batches.ts';
import { type Corpus, openCorpus } from '../data/corpus.ts';
import { createEngine, resolveEngineKind, resolveThreads } from '../engine/choose.ts';
import type { Engine } from '../engine/engine.ts';
import { versions } from '../engine/versions.ts';
import type { JobEvent } from '../job-event.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { bytesFor, bytesNeeded, requireMemory } from './memory.ts';
import { dataOrderOf } from './micro-batches.ts';
import { compilePrograms, disposePrograms } from './programs.ts';
import { type Continuation, startFromCheckpoint, startFromSeeds } from './start.ts';
import { train } from './training.ts';
import type { TrainingState } from './training-state.ts';

const retryAfter = 5000;

/** Ends with `finished`, or with `failed` and the last good checkpoint; it does not throw. */
export async function* runTraining(job: TrainingJob, pause: AbortSignal): AsyncGenerator<JobEvent, void> {
  const undo: (() => void | Promise<void>)[] = [];
  let state: TrainingState | null = null;
  try {
    const configuration = parseConfiguration(job.configuration);
    const corpus = openCorpus(job.corpus);
    undo.push(() => corpus.close());
    // A flipped byte would be trained on without a word.
    await corpus.verify();
    const { vocabulary, tokens } = corpus;
    checkCorpus(configuration, { vocabulary, trainTokens: tokens.train, validationTokens: tokens.validation });
    const kind = await resolveEngineKind(configuration.engine.kind);
    const threads = resolveThreads(job.threads || configuration.engine.threads);
    requireMemory(configuration, kind, bytesFor(kind, threads));
    const engine = await createEngine(kind, parameterSpecifications(configuration.model), threads);
    undo.push(() => engine.dispose());
    const start = await startOf(job, engine, configuration, corpus);
    state = start.state;
    yield { type: 'started', start: describeStart(configuration, corpus, engine, state) };
    for (const message of start.notes) yield { type: 'note', step: state.step, kind: 'start', message };
    const programs = await compilePrograms(engine, configuration);
    undo.push(() => disposePrograms(programs));
    const context = { engine, configuration, corpus, programs, bias: state.bias };
    yield* train(context, state, { folder: job.checkpoints, retryAfter, pause });
  } catch (thrown) {
    const { checkpoint = null, step = null } = state ?? {};
    yield {
      type: 'failed',
      error: withCheckpoint(LabError.from(thrown), checkpoint?.folder).toJSON(),
      step,
      checkpoint,
    };
  } finally {
    for (const put of undo.reverse()) await put();
  }
}

async function startOf(
  { resume }: TrainingJob,
  engine: Engine,
  configuration: RunConfiguration,
  corpus: Corpus,
): Promise<Continuation> {
  if (resume === null) return { state: await startFromSeeds(engine, configuration), notes: [] };
  return startFromCheckpoint(engine, configuration, corpus, resume);
}

function describeStart(
  configuration: RunConfiguration,
  corpus: Corpus,
  engine: Engine,
  { step, initHash, initHashWithoutRouters }: TrainingState,
): RunStart {
  const { total, active } = countParameters(configuration.model);
  const bytes = memoryEstimate(configuration);
  return {
    step,
    initHash,
    initHashWithoutRouters,
    dataHash: dataHash(corpus.hash, dataOrderOf(configuration)),
    engine: engine.description,
    parameters: { total, active },
    bytes: { estimated: bytesNeeded(configuration, engine.description.kind), parameters: bytes.parameters },
    versions: versions(),
  };
}

/** Names the last good checkpoint where the training itself went wrong. */
function withCheckpoint(error: LabError, folder: string | undefined): LabError {
  if (error.code !== 'not-finite') return error;
  const { code, message, field, value } = error;
  const remedy = folder
    ? `Go on from the last good checkpoint, ${folder}, with a lower training.learningRate or training.clip.`
    : 'Start again with a lower training.learningRate or training.clip; there is no checkpoint yet.';
  return new LabError(code, message, { ...(field && { field }), ...(value && { value }), remedy });
}
