import { configurationFromPreset } from '../../src/shared/config/presets.ts';
import { createEngine } from '../../src/worker/engine/choose.ts';
import type { Compiled, Engine } from '../../src/worker/engine/engine.ts';
import { type Selection, selectBest } from '../../src/worker/model/experts.ts';
import { initialise } from '../../src/worker/model/initialise.ts';
import { randomBatch } from '../../src/worker/probe/random-batch.ts';
import { prunedProgram } from '../../src/worker/programs/pruned.ts';
import { aboveThreshold } from '../../src/worker/programs/selections.ts';
import { removalPlan } from '../../src/worker/prune/plan.ts';
import { prunedSpecifications, prunedState } from '../../src/worker/prune/pruned-weights.ts';
import { flopsOf } from '../../src/worker/prune/pruning-part.ts';
import { quartiles } from '../../src/worker/prune/throughput.ts';

export const description =
  'forward pass of pruned models against the unpruned one, beside what their operations would give';

const rounds = 25;
const warmUp = 3;
const threads = 2;

interface Side {
  name: string;
  kept: number;
  active: number;
  select: Selection;
}

const { model, ...rest } = configurationFromPreset('nano', { corpus: 'none' });
const unpruned: Side = { name: 'unpruned', kept: model.experts, active: model.active, select: selectBest };

const sides: Side[] = [
  { ...unpruned, name: 'every slot kept by a threshold of 0', select: aboveThreshold(0, true) },
  { ...unpruned, name: 'one slot of two dropped by a threshold', select: aboveThreshold(1, true) },
  { ...unpruned, name: 'every slot dropped by a threshold', select: aboveThreshold(1, false) },
  { ...unpruned, name: 'one active expert of two', active: 1 },
  ...[8, 4, 2, 1].map((kept) => ({ ...unpruned, name: `${kept} of ${model.experts} experts a layer`, kept })),
];

/** Batches of 1 and 16 sequences; the unpruned model in turn with each pruned one, in one process. */
export async function run(): Promise<void> {
  const weights = new Map<string, Float32Array>();
  await initialise(model, 0, async (name, value) => void weights.set(name, Float32Array.from(value)));
  for (const batch of [1, 16]) {
    process.stdout.write(`nano, ${batch} × ${model.context} tokens, ${threads} threads\n`);
    const inputs = randomBatch({ ...rest, model, training: { ...rest.training, batch } });
    for (const side of sides) {
      const opened = [await open(unpruned, batch, weights), await open(side, batch, weights)];
      const [plain, pruned] = await alternate(
        opened.map(({ program }) => program),
        inputs,
      );
      for (const { program, engine } of opened) {
        await program.dispose();
        await engine.dispose();
      }
      const ideal = flopsOfSide(unpruned, plain!.slots) / flopsOfSide(side, pruned!.slots);
      process.stdout.write(
        `  ${side.name}: ${(plain!.seconds * 1000).toFixed(2)} ms unpruned, ${(pruned!.seconds * 1000).toFixed(2)} ms, ` +
          `${(plain!.seconds / pruned!.seconds).toFixed(2)} times as fast; by operations ${ideal.toFixed(2)}\n`,
      );
    }
  }
}

async function open(
  { kept, active, select }: Side,
  batch: number,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<{ engine: Engine; program: Compiled }> {
  const experts = new Array<number>(model.layers).fill(kept);
  const plan = removalPlan(experts.map((count) => Array.from({ length: count }, (_, expert) => expert)));
  const read = prunedState(model, plan, async (_, name) => weights.get(name)!);
  const engine = await createEngine('onnx-cpu', prunedSpecifications(model, plan), threads);
  for (const { name } of engine.parameters) await engine.upload('parameter', name, await read('parameter', name));
  const program = await engine.compile(
    prunedProgram({ ...model, active }, { batch, experts, withBias: false, select }),
  );
  return { engine, program };
}

/** Of each program the median seconds, and the slots of a token over all layers. */
async function alternate(programs: readonly Compiled[], inputs: ReturnType<typeof randomBatch>) {
  const timings = programs.map(() => ({ seconds: [] as number[], slots: 0 }));
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const [index, program] of programs.entries()) {
      const begin = performance.now();
      const { counts } = await program.run(inputs);
      const timing = timings[index]!;
      if (round >= warmUp) timing.seconds.push((performance.now() - begin) / 1000);
      timing.slots = Array.from(counts!.data).reduce((sum, count) => sum + count, 0) / inputs.tokens.length;
    }
  }
  return timings.map(({ seconds, slots }) => ({ seconds: quartiles(seconds).median, slots }));
}

const flopsOfSide = ({ kept }: Side, slotsPerToken: number): number =>
  flopsOf(model, new Array<number>(model.layers).fill(kept), slotsPerToken);
