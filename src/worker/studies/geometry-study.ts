// Router geometry over checkpoints: a forward pass for the load of the experts alone, everything else from the routers. The
// routers of two checkpoints are in memory at once.
import type { Compiled } from '../engine/engine.ts';
import { addExpertCounts, emptyCounts } from '../measures/expert-counts.ts';
import { evaluateProgram } from '../programs/evaluate.ts';
import { firstTokens } from '../programs/first-tokens.ts';
import { checkpointStudy } from './checkpoint-study.ts';
import { geometryPart } from './geometry-part.ts';
import { numbersOf, type StudyModel, withCheckpoint } from './model.ts';
import { sampleBatches, sizeOfSample } from './sample.ts';

export const geometryStudy = checkpointStudy(
  'geometry',
  async function* ({ request, model, checkpoints, missing, pass }) {
    const { model: shape, training } = model.configuration;
    const program = await model.compile(evaluateProgram(shape, training.batch, model.withBias));
    for (const checkpoint of missing) {
      const slots = yield* pass(checkpoint, loads(model, program, checkpoint.folder, request.tokens));
      if (!slots) return;
      const earlier = checkpoints[checkpoint.index - 1];
      const before = earlier ? await routersOf(model, earlier.folder) : null;
      const routers = await routersOf(model, checkpoint.folder);
      yield geometryPart(checkpoint.step, routers, before, slots, shape.experts);
    }
  },
);

/** Each layer's R [D, E]. */
const routersOf = ({ configuration, corpus }: StudyModel, folder: string): Promise<Float32Array[]> =>
  withCheckpoint(folder, configuration, corpus, async (checkpoint) => {
    const routers: Float32Array[] = [];
    for (let layer = 0; layer < configuration.model.layers; layer++) {
      routers.push(await numbersOf(checkpoint, `layers.${layer}.router`));
    }
    return routers;
  });

/** L × E slots on the sample. */
async function* loads(
  model: StudyModel,
  program: Compiled,
  folder: string,
  asked: number,
): AsyncGenerator<{ done: number; total: number }, number[][]> {
  const { bias } = await model.load(folder);
  const { batches: total } = sizeOfSample(model, asked);
  const { layers, experts } = model.configuration.model;
  const counts = emptyCounts(layers, experts);
  let done = 0;
  for (const { tokens, targets, counted } of sampleBatches(model, asked)) {
    const { chosen } = await program.run({ tokens, targets, ...bias });
    addExpertCounts(counts, firstTokens(chosen!, counted) as Int32Array);
    yield { done: ++done, total };
  }
  return counts;
}
