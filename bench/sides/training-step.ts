// A training step as the benchmarks time it: fresh random batches, gradient norm, clipping, AdamW.
import type { ObjectiveTerm } from '../../src/shared/config/schema.ts';
import { createEngine, type ResolvedKind } from '../../src/worker/engine/choose.ts';
import type { Compiled, Engine } from '../../src/worker/engine/engine.ts';
import { parameterSpecifications } from '../../src/worker/model/parameters.ts';
import { Generator } from '../../src/worker/random/generator.ts';
import { modelOf, type Shape } from './shape.ts';

export const objectives = {
  none: [],
  simbal: [{ kind: 'simbal', coefficient: 0.1, layers: 'mean' }],
  'lbl-sequence': [{ kind: 'lbl-sequence', coefficient: 0.01 }],
} satisfies Record<string, ObjectiveTerm[]>;

export type ObjectiveName = keyof typeof objectives;

/** An engine that holds the shape's model at its start. */
export async function engineOf(shape: Shape, kind: ResolvedKind, threads: number): Promise<Engine> {
  const model = modelOf(shape);
  const parameters = parameterSpecifications(model);
  const engine = await createEngine(kind, parameters, threads);
  for (const { name, shape: dimensions, init } of parameters) {
    const data = new Float32Array(dimensions.reduce((product, size) => product * size, 1));
    if (init === 'ones') data.fill(1);
    else new Generator(0, name).fillNormal(data, model.initDeviation);
    await engine.upload('parameter', name, data);
  }
  return engine;
}

/** Random tokens and targets, another batch at each call. */
export function batchesOf(shape: Shape): () => { tokens: Int32Array; targets: Int32Array } {
  const random = new Generator(1, 'tokens');
  const ids = () => Int32Array.from({ length: shape.batch * shape.context }, () => random.integer(shape.vocabulary));
  return () => ({ tokens: ids(), targets: ids() });
}

/** One whole step, `index` counted from 1: its seconds and its loss. */
export async function timeStep(
  engine: Engine,
  program: Compiled,
  batch: Record<string, Int32Array>,
  { index, learningRate }: { index: number; learningRate: number },
): Promise<{ seconds: number; loss: number }> {
  const start = performance.now();
  const results = await program.run(batch);
  const norm = await engine.gradientNorm();
  await engine.update({
    step: index,
    learningRate,
    weightDecay: 0.01,
    decayOn: 'all',
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    gradientScale: Math.min(1, 1 / norm),
  });
  return { seconds: (performance.now() - start) / 1000, loss: results.loss!.data[0]! };
}
