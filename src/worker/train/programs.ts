// The programs that a run needs, each compiled once. Evaluations use the batch of training.
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { biasTerm, needsGlobalShare } from '../balance/registry.ts';
import type { Compiled, Engine } from '../engine/engine.ts';
import { countsProgram } from '../programs/counts.ts';
import { evaluateProgram } from '../programs/evaluate.ts';
import { similarityProgram } from '../programs/similarity.ts';
import { trainProgram } from '../programs/train.ts';

export interface TrainingPrograms {
  train: Compiled;
  evaluate: Compiled;
  /** Null where PES is not measured. */
  similarity: Compiled | null;
  /** Null where no term needs the counts of the whole optimizer batch before its gradients. */
  counts: Compiled | null;
}

export async function compilePrograms(engine: Engine, configuration: RunConfiguration): Promise<TrainingPrograms> {
  const { model, objective, training, evaluation } = configuration;
  const { batch, accumulate } = training;
  const withBias = biasTerm(objective) !== undefined;
  const globalShare = needsGlobalShare(objective, accumulate);
  const measuresPairs = model.kind === 'moe' && evaluation.similarityTokens > 0;
  return {
    train: await engine.compile(trainProgram(model, objective, batch, { globalShare })),
    evaluate: await engine.compile(evaluateProgram(model, batch, withBias)),
    similarity: measuresPairs ? await engine.compile(similarityProgram(model, batch, withBias)) : null,
    counts: globalShare ? await engine.compile(countsProgram(model, batch, withBias)) : null,
  };
}

export async function disposePrograms(programs: TrainingPrograms): Promise<void> {
  for (const program of Object.values(programs) as (Compiled | null)[]) await program?.dispose();
}
