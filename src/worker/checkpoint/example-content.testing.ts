// A small checkpoint's content, made from the step alone: for the tests of this folder, and for nothing else.
import { configurationSchema } from '../../shared/config/schema.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import type { CheckpointContent } from './checkpoint-folder.ts';

export function exampleContent(step: number, experts = 2): CheckpointContent {
  const configuration = configurationSchema.parse({
    name: 'example',
    corpus: 'letters',
    model: {
      vocabulary: 5,
      width: 4,
      layers: 2,
      heads: 2,
      context: 8,
      experts,
      active: 1,
      expertWidth: 3,
      routerInit: 'orthogonal',
    },
    objective: [{ kind: 'loss-free-bias' }],
    training: { steps: 1000, batch: 2, learningRate: 0.001, warmupSteps: 10, checkpointEvery: 100 },
    evaluation: { every: 100, denseUntil: 0, tokens: 16, similarityEvery: 1, similarityTokens: 0 },
    seeds: { init: 1, data: 2 },
    engine: {},
  });
  const sizes = new Map(
    parameterSpecifications(configuration.model).map(({ name, shape }) => [
      name,
      shape.reduce((product, extent) => product * extent, 1),
    ]),
  );
  return {
    step,
    tokens: step * 16,
    seconds: step / 8,
    configuration,
    corpusHash: 'c'.repeat(64),
    initHash: 'a'.repeat(64),
    initHashWithoutRouters: 'b'.repeat(64),
    buffers: [0, 1].map((layer) => ({
      name: `layers.${layer}.router.bias`,
      shape: [experts],
      data: new Float32Array(experts).fill(step - layer),
    })),
    download: async (kind, name) =>
      Float32Array.from({ length: sizes.get(name)! }, (_, index) => index + kind.length / step),
  };
}
