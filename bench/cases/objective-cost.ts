import type { Compiled } from '../../src/worker/engine/engine.ts';
import { trainProgram } from '../../src/worker/programs/train.ts';
import { quartiles } from '../../src/worker/prune/throughput.ts';
import { describe, modelOf, shapes } from '../sides/shape.ts';
import { batchesOf, engineOf, type ObjectiveName, objectives, timeStep } from '../sides/training-step.ts';

export const description = 'what SimBal and LBL add to a step over no balancing';

const rounds = 40;
const warmUp = 3;
const threads = 2;

/**
 * The objectives in turn over one model at learning rate 0, so that parameters, batches and with them the routing are
 * equal: what differs is the objective's own work. Each ratio is of steps taken right after each other.
 */
export async function run(): Promise<void> {
  const shape = shapes['16M'];
  process.stdout.write(`${describe(shape)}, ${threads} threads\n`);
  const engine = await engineOf(shape, 'onnx-cpu', threads);
  const names = Object.keys(objectives) as ObjectiveName[];
  const programs: Compiled[] = [];
  for (const name of names)
    programs.push(await engine.compile(trainProgram(modelOf(shape), objectives[name], shape.batch)));
  const nextBatch = batchesOf(shape);
  const seconds = names.map((): number[] => []);
  for (let round = 0; round < warmUp + rounds; round++) {
    const batch = nextBatch();
    // Who comes first changes: a step may pay for what the one before it left behind.
    const order = names.map((_, place) => (place + round) % names.length);
    for (const side of order) {
      const step = await timeStep(engine, programs[side]!, batch, { index: round + 1, learningRate: 0 });
      if (round >= warmUp) seconds[side]!.push(step.seconds);
    }
  }
  for (const program of programs) await program.dispose();
  await engine.dispose();
  const [none, ...others] = seconds;
  others.forEach((own, index) => {
    const ratio = quartiles(own.map((value, round) => value / none![round]!));
    const [ours, theirs] = [own, none!].map((values) => `${(quartiles(values).median * 1000).toFixed(1)} ms`);
    process.stdout.write(
      `  ${names[index + 1]}: ${ours}, none ${theirs}, ` +
        `ratio ${ratio.median.toFixed(4)} (quartiles ${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)})\n`,
    );
  });
}
