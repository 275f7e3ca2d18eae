// Every engine against PyTorch in float64: losses, parts, routing, gradients and expert similarity of every objective and layer.
import { afterEach, describe, expect, test } from 'vitest';
import type { Engine, EngineFactory, HostTensor } from '../src/worker/engine/engine.ts';
import { parameterSpecifications } from '../src/worker/model/parameters.ts';
import { evaluateProgram } from '../src/worker/programs/evaluate.ts';
import { similarityProgram } from '../src/worker/programs/similarity.ts';
import { trainProgram } from '../src/worker/programs/train.ts';
import { engines } from './engines.ts';
import { fixtureNames, type ModelFixture, modelFixture, relativeError } from './fixtures.ts';

const tolerance = 1e-5;

async function loaded(create: EngineFactory, { model, parameters }: ModelFixture): Promise<Engine> {
  const engine = await create(parameterSpecifications(model), { threads: 2 });
  for (const { name } of engine.parameters) {
    await engine.upload('parameter', name, Float32Array.from(parameters[name]!.data));
  }
  return engine;
}

function batchOf({ inputs, model }: ModelFixture) {
  const share =
    inputs.globalCounts && Float32Array.from(inputs.globalCounts.data, (count) => count / inputs.globalTokens);
  return {
    batch: inputs.tokens.shape[0]!,
    bias: inputs.bias && { bias: Float32Array.from(inputs.bias.data) },
    ids: { tokens: inputs.tokens.data, targets: inputs.targets.data },
    globalShare: model.kind === 'moe' && share ? { globalShare: share } : null,
  };
}

/** Mean over tokens of [L, N]. */
const means = ({ shape, data }: HostTensor): number[] => {
  const [layers, tokens] = shape as [number, number];
  const sums = new Array<number>(layers).fill(0);
  for (let index = 0; index < data.length; index++) sums[Math.floor(index / tokens)]! += data[index]!;
  return sums.map((sum) => sum / tokens);
};

for (const { name: engineName, create, available } of engines) {
  describe.skipIf(!available)(`${engineName} against PyTorch float64`, () => {
    let engine: Engine | undefined;
    afterEach(async () => {
      await engine?.dispose();
    });

    test.each(fixtureNames('model'))('%s', async (name) => {
      const fixture = modelFixture(name);
      const { model, objective, outputs } = fixture;
      engine = await loaded(create, fixture);
      const { batch, bias, ids, globalShare } = batchOf(fixture);
      const global = objective.some(({ kind }) => kind === 'lbl-global-batch') && globalShare !== null;
      const train = await engine.compile(trainProgram(model, objective, batch, { globalShare: global }));
      const results = await train.run({ ...ids, ...bias, ...(global ? globalShare : null) });
      const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, what: string) =>
        expect(relativeError(actual, expected), what).toBeLessThan(tolerance);

      close(results.loss!.data, [outputs.loss], 'loss');
      close(results.crossEntropy!.data, [outputs.crossEntropy], 'cross-entropy');
      close(results.zLoss!.data, [outputs.zLoss], 'z-loss');
      for (const [kind, value] of Object.entries(outputs.terms)) close(results[`term.${kind}`]!.data, [value], kind);
      let squares = 0;
      for (const [parameter, expected] of Object.entries(outputs.gradients)) {
        close(await engine.download('gradient', parameter), expected.data, `gradient of ${parameter}`);
        squares += expected.data.reduce((sum, value) => sum + value * value, 0);
      }
      close([await engine.gradientNorm()], [Math.sqrt(squares)], 'gradient norm');

      const evaluate = await engine.compile(evaluateProgram(model, batch, bias !== null));
      const evaluated = await evaluate.run({ ...ids, ...bias });
      close(evaluated.nll!.data, outputs.tokenLosses.data, 'token losses');
      if (outputs.routing) {
        expect([...results.counts!.data]).toEqual([...outputs.routing.counts.data]);
        expect([...evaluated.counts!.data]).toEqual([...outputs.routing.counts.data]);
        expect([...evaluated.chosen!.data]).toEqual([...outputs.routing.chosen.data]);
        close(means(evaluated.entropy!), outputs.routing.entropy.data, 'routing entropy');
      }
      if (outputs.similarity) {
        const { targets: _, ...tokens } = ids;
        const similarity = await engine.compile(similarityProgram(model, batch, bias !== null));
        const { pairs, perToken } = await similarity.run({
          ...tokens,
          ...bias,
          counted: new Float32Array(ids.tokens.length).fill(1),
        });
        close(pairs!.data, outputs.similarity.pairs.data, 'pairs of experts');
        close(means(perToken!), outputs.similarity.pes.data, 'PES');
      }
    });
  });
}
