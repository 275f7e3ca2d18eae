// One process that times training steps of the lab: fresh random batches, gradient norm, clipping, AdamW, and the step's metrics
// at hand. Prints one line of JSON, as sides/pytorch/train_step.py does.
import { parseArgs } from 'node:util';
import type { ObjectiveTerm } from '../../src/shared/config/schema.ts';
import { createEngine, type ResolvedKind } from '../../src/worker/engine/choose.ts';
import type { Engine } from '../../src/worker/engine/engine.ts';
import { parameterSpecifications } from '../../src/worker/model/parameters.ts';
import { trainProgram } from '../../src/worker/programs/train.ts';
import { Generator } from '../../src/worker/random/generator.ts';
import { modelOf, type Shape, shapes } from './shape.ts';

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: '16M' },
    threads: { type: 'string', default: '2' },
    steps: { type: 'string', default: '8' },
    warmup: { type: 'string', default: '3' },
    objective: { type: 'string', default: 'simbal' },
    engine: { type: 'string', default: 'onnx-cpu' },
    'learning-rate': { type: 'string', default: '1e-3' },
  },
});
const shape: Shape = shapes[values.shape as keyof typeof shapes];
const model = modelOf(shape);
const terms: Record<string, ObjectiveTerm[]> = {
  none: [],
  simbal: [{ kind: 'simbal', coefficient: 0.1, layers: 'mean' }],
  'lbl-sequence': [{ kind: 'lbl-sequence', coefficient: 0.01 }],
};
const parameters = parameterSpecifications(model);
const threads = Number(values.threads);
const engine: Engine = await createEngine(values.engine as ResolvedKind, parameters, threads);
for (const { name, shape: dimensions, init } of parameters) {
  const data = new Float32Array(dimensions.reduce((product, size) => product * size, 1));
  if (init === 'ones') data.fill(1);
  else new Generator(0, name).fillNormal(data, model.initDeviation);
  await engine.upload('parameter', name, data);
}
const step = await engine.compile(trainProgram(model, terms[values.objective]!, shape.batch));
const random = new Generator(1, 'tokens');
const ids = () => Int32Array.from({ length: shape.batch * shape.context }, () => random.integer(shape.vocabulary));
const seconds: number[] = [];
let loss = Number.NaN;
for (let index = 1; index <= Number(values.warmup) + Number(values.steps); index++) {
  const batch = { tokens: ids(), targets: ids() };
  const start = performance.now();
  const results = await step.run(batch);
  const norm = await engine.gradientNorm();
  await engine.update({
    step: index,
    learningRate: Number(values['learning-rate']),
    weightDecay: 0.01,
    decayOn: 'all',
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    gradientScale: Math.min(1, 1 / norm),
  });
  if (index > Number(values.warmup)) seconds.push((performance.now() - start) / 1000);
  loss = results.loss!.data[0]!;
}
const sorted = seconds.toSorted((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({
    secondsPerStep: sorted[Math.floor(sorted.length / 2)],
    secondsAll: seconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    device: engine.description.device,
    loss,
  })}\n`,
);
await step.dispose();
await engine.dispose();
