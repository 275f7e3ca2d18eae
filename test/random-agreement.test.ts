// The engines among each other on models and batches drawn afresh at every run: odd sizes, every objective, any K. A failure prints
// its seed; SEED=… repeats it.
import { describe, expect, test } from 'vitest';
import type { ModelConfiguration, ObjectiveTerm } from '../src/shared/config/schema.ts';
import type { EngineFactory } from '../src/worker/engine/engine.ts';
import { parameterSpecifications } from '../src/worker/model/parameters.ts';
import { trainProgram } from '../src/worker/programs/train.ts';
import { Generator } from '../src/worker/random/generator.ts';
import { engines } from './engines.ts';
import { relativeError } from './fixtures.ts';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

interface Case {
  model: ModelConfiguration;
  objective: ObjectiveTerm[];
  batch: number;
  parameters: Map<string, Float32Array>;
  ids: { tokens: Int32Array; targets: Int32Array };
}

function draw(index: number): Case {
  const random = new Generator(seed, `case ${index}`);
  const between = (low: number, high: number) => low + random.integer(high - low + 1);
  const heads = between(1, 3);
  const experts = between(2, 7);
  const model: ModelConfiguration = {
    kind: 'moe',
    vocabulary: between(3, 40),
    width: heads * 2 * between(2, 4),
    layers: between(1, 2),
    heads,
    // Long enough, at times, for attention in several blocks.
    context: random.integer(2) === 0 ? between(2, 20) : between(130, 150),
    experts,
    active: between(1, experts),
    expertWidth: between(1, 9),
    ropeTheta: 1e4,
    normEpsilon: 1e-6,
    queryKeyNorm: random.integer(2) === 0,
    renormalise: random.integer(2) === 0,
    outputZLoss: 1e-3,
    initDeviation: 0.02,
    routerInit: 'normal',
  };
  const terms: ObjectiveTerm[] = [
    { kind: 'simbal', coefficient: 0.1, layers: 'mean' },
    { kind: 'lbl-sequence', coefficient: 0.01 },
    { kind: 'lbl-micro-batch', coefficient: 0.01 },
    { kind: 'router-z', coefficient: 0.001 },
    { kind: 'normalised-gram', coefficient: 0.01 },
  ];
  const batch = between(1, 3);
  const ids = (stream: string) => {
    const generator = new Generator(seed, `${stream} ${index}`);
    return Int32Array.from({ length: batch * model.context }, () => generator.integer(model.vocabulary));
  };
  const parameters = new Map(
    parameterSpecifications(model).map(({ name, shape, init }) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      new Generator(seed, `${name} ${index}`).fillNormal(data, init === 'ones' ? 0.1 : 0.5);
      return [name, init === 'ones' ? data.map((value) => 1 + value) : data];
    }),
  );
  return {
    model,
    objective: terms.filter(() => random.integer(2) === 0),
    batch,
    parameters,
    ids: { tokens: ids('tokens'), targets: ids('targets') },
  };
}

async function gradients(create: EngineFactory, { model, objective, batch, parameters, ids }: Case) {
  const engine = await create(parameterSpecifications(model), { threads: 2 });
  for (const [name, data] of parameters) await engine.upload('parameter', name, data);
  const program = await engine.compile(trainProgram(model, objective, batch));
  const { loss, counts } = await program.run(ids);
  const results = new Map<string, Float32Array>();
  for (const { name } of engine.parameters) results.set(name, await engine.download('gradient', name));
  await engine.dispose();
  return { loss: loss!.data[0]!, counts: [...counts!.data], results };
}

const [reference, ...others] = engines;

for (const { name: engineName, create, available } of others) {
  describe.skipIf(!available)(`${engineName} and the reference, seed ${seed}`, () => {
    test.for([0, 1, 2, 3, 4, 5])('drawn model %i', async (index, { skip }) => {
      const drawn = draw(index);
      const expected = await gradients(reference!.create, drawn);
      const actual = await gradients(create, drawn);
      // Two scores that differ by rounding alone may be ordered either way; nothing can then be compared.
      if (expected.counts.some((count, at) => count !== actual.counts[at])) skip('a near tie in the routing');
      expect(relativeError(actual.loss, expected.loss), 'loss').toBeLessThan(1e-5);
      for (const [name, data] of expected.results) {
        expect(relativeError(actual.results.get(name)!, data), `gradient of ${name}`).toBeLessThan(2e-4);
      }
    });
  });
}
