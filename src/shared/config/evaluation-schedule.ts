// When a run evaluates and when it also measures PES: at step 0, densely early on, evenly after that, and at the end.
// Pure functions of the configuration, so that a resumed run and a forecast agree with the run itself.
import type { EvaluationConfiguration } from './schema.ts';

/** Steps below this are evaluated as well: t, 2t, 4t, … with t a tenth of denseUntil, rounded up. */
function earlySteps({ denseUntil }: EvaluationConfiguration): number[] {
  const steps: number[] = [];
  for (let step = Math.ceil(denseUntil / 10); step > 0 && step <= denseUntil; step *= 2) steps.push(step);
  return steps;
}

/** True at 0, at the early steps, at each multiple of `every` and at the last step. */
export function isEvaluationStep(evaluation: EvaluationConfiguration, step: number, lastStep: number): boolean {
  if (step < 0 || step > lastStep) return false;
  return step === lastStep || step % evaluation.every === 0 || earlySteps(evaluation).includes(step);
}

/** All evaluation steps in order, made as they are asked for: there may be a thousand million. */
export function* evaluationSteps(evaluation: EvaluationConfiguration, lastStep: number): Generator<number, void> {
  const early = earlySteps(evaluation);
  let step = 0;
  while (step < lastStep) {
    yield step;
    const even = (Math.floor(step / evaluation.every) + 1) * evaluation.every;
    step = Math.min(even, early.find((other) => other > step) ?? even);
  }
  yield lastStep;
}

/** How many evaluations come before this step, which makes it the index of an evaluation step. */
function evaluationsBefore(evaluation: EvaluationConfiguration, step: number): number {
  const early = earlySteps(evaluation).filter((other) => other < step && other % evaluation.every !== 0);
  return Math.ceil(step / evaluation.every) + early.length;
}

export function evaluationCount(evaluation: EvaluationConfiguration, lastStep: number): number {
  return evaluationsBefore(evaluation, lastStep) + 1;
}

/** Whether the evaluation at this step also measures PES: every `similarityEvery`-th, the first and the last. */
export function measuresSimilarity(evaluation: EvaluationConfiguration, step: number, lastStep: number): boolean {
  if (evaluation.similarityTokens === 0 || !isEvaluationStep(evaluation, step, lastStep)) return false;
  return step === lastStep || evaluationsBefore(evaluation, step) % evaluation.similarityEvery === 0;
}

export function similarityCount(evaluation: EvaluationConfiguration, lastStep: number): number {
  if (evaluation.similarityTokens === 0) return 0;
  return Math.ceil(evaluationsBefore(evaluation, lastStep) / evaluation.similarityEvery) + 1;
}
