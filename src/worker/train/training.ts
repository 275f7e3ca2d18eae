// The loop: steps, evaluations and checkpoints in their order, as events. It owns no policy of input and output: whoever
// pulls the events decides how fast it goes.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isEvaluationStep, measuresSimilarity } from '../../shared/config/evaluation-schedule.ts';
import type { JobEvent } from '../job-event.ts';
import { type CheckpointPolicy, isOwn, replaceCheckpoint, saveCheckpoint } from './checkpointing.ts';
import { evaluate } from './evaluate.ts';
import { microBatches, tokensOfStep } from './micro-batches.ts';
import { requireFinite, trainStep } from './step.ts';
import { StepBuffer } from './step-buffer.ts';
import type { TrainingContext, TrainingState } from './training-state.ts';

/**
 * Trains from `state`, which it keeps up to date, to the last step or to the end of the step in which `pause` is aborted;
 * ends with the event `finished`. A checkpoint is written after the evaluation of its step, so a run that goes on from one
 * repeats nothing; where a pause ended that evaluation, the checkpoint says so, and the run that goes on begins with it.
 * @throws LabError 'not-finite' before the update that would have spoilt the parameters; the metrics so far are out by then.
 */
export async function* train(
  context: TrainingContext,
  state: TrainingState,
  policy: CheckpointPolicy,
): AsyncGenerator<JobEvent, void> {
  const { evaluation, training } = context.configuration;
  const { steps, checkpointEvery } = training;
  const gathered = new StepBuffer();
  try {
    const resumed = state.checkpoint !== null && isOwn(state.checkpoint.folder, policy.folder);
    const due = state.evaluationDue;
    if (!resumed || due) yield* evaluateNow(context, state, policy.pause);
    if (resumed && due && !state.evaluationDue) yield* replaceCheckpoint(context, state, policy);
    while (state.step < steps && !policy.pause.aborted) {
      gathered.add(await nextStep(context, state));
      const evaluates = isEvaluationStep(evaluation, state.step, steps);
      const saves = checkpointEvery > 0 && state.step % checkpointEvery === 0;
      if (evaluates || saves || gathered.due) yield* gathered.flush();
      if (evaluates) yield* evaluateNow(context, state, policy.pause);
      if (saves) yield* saveCheckpoint(context, state, policy);
      // Messages to this process are heard between two steps.
      await nextTurn();
    }
    yield* gathered.flush();
    const outcome = state.step < steps || state.evaluationDue ? 'paused' : 'completed';
    const checkpoint = yield* saveCheckpoint(context, state, policy);
    yield { type: 'finished', outcome, step: state.step, checkpoint };
  } catch (thrown) {
    yield* gathered.flush();
    throw thrown;
  }
}

async function nextStep(context: TrainingContext, state: TrainingState) {
  const began = performance.now();
  const step = state.step + 1;
  const result = await trainStep(context, step, microBatches(context.corpus, context.configuration, step));
  const took = (performance.now() - began) / 1000;
  const tokens = tokensOfStep(context.configuration);
  state.step = step;
  state.tokens += tokens;
  state.seconds += took;
  return { step, tokens: state.tokens, seconds: state.seconds, ...result, tokensPerSecond: tokens / took };
}

/** @throws LabError 'not-finite' when the validation loss is no number, before a checkpoint is made of such weights. */
async function* evaluateNow(
  context: TrainingContext,
  state: TrainingState,
  pause: AbortSignal,
): AsyncGenerator<JobEvent, void> {
  const { evaluation, training } = context.configuration;
  const { step, tokens, seconds } = state;
  const began = performance.now();
  const measured = await evaluate(context, measuresSimilarity(evaluation, step, training.steps), pause);
  state.evaluationDue = measured === null;
  if (!measured) return;
  const cost = (performance.now() - began) / 1000;
  requireFinite('validation loss', measured.loss, step);
  yield { type: 'evaluation', evaluation: { step, tokens, seconds, cost, ...measured } };
}
