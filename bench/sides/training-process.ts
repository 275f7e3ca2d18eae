// One process that times training steps of the lab, the step's metrics at hand. Prints one line of JSON, as
// sides/pytorch/train_step.py does.
import { parseArgs } from 'node:util';
import type { ResolvedKind } from '../../src/worker/engine/choose.ts';
import { trainProgram } from '../../src/worker/programs/train.ts';
import { median } from './processes.ts';
import { modelOf, type Shape, shapes } from './shape.ts';
import { batchesOf, engineOf, type ObjectiveName, objectives, timeStep } from './training-step.ts';

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: '16M' },
    threads: { type: 'string', default: '2' },
    steps: { type: 'string', default: '8' },
    warmup: { type: 'string', default: '3' },
    objective: { type: 'string', default: 'simbal' },
    engine: { type: 'string', default: 'onnx-cpu' },
  },
});
const shape: Shape = shapes[values.shape as keyof typeof shapes];
const engine = await engineOf(shape, values.engine as ResolvedKind, Number(values.threads));
const terms = objectives[values.objective as ObjectiveName];
const step = await engine.compile(trainProgram(modelOf(shape), terms, shape.batch));
const nextBatch = batchesOf(shape);
const warmup = Number(values.warmup);
const secondsAll: number[] = [];
let last = Number.NaN;
for (let index = 1; index <= warmup + Number(values.steps); index++) {
  const { seconds, loss } = await timeStep(engine, step, nextBatch(), { index, learningRate: 1e-3 });
  if (index > warmup) secondsAll.push(seconds);
  last = loss;
}
process.stdout.write(
  `${JSON.stringify({
    secondsPerStep: median(secondsAll),
    secondsAll,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    device: engine.description.device,
    loss: last,
  })}\n`,
);
await step.dispose();
await engine.dispose();
