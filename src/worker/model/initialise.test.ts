import { describe, expect, test } from 'vitest';
import { configurationSchema, type ModelConfiguration } from '../../shared/config/schema.ts';
import { routerOrthogonality } from '../measures/router-orthogonality.ts';
import { Generator } from '../random/generator.ts';
import { type InitialHashes, initialise, initialValue } from './initialise.ts';
import { orthonormalColumns } from './orthonormal.ts';
import { parameterSpecifications } from './parameters.ts';

const modelOf = (changes: Partial<ModelConfiguration> = {}): ModelConfiguration =>
  configurationSchema.shape.model.parse({
    vocabulary: 11,
    width: 16,
    layers: 2,
    heads: 2,
    context: 8,
    experts: 4,
    active: 2,
    expertWidth: 6,
    routerInit: 'orthogonal',
    ...changes,
  });

async function initial(
  model: ModelConfiguration,
  seed = 1,
): Promise<InitialHashes & { values: Map<string, Float32Array> }> {
  const values = new Map<string, Float32Array>();
  const hashes = await initialise(model, seed, async (name, value) => void values.set(name, value));
  return { ...hashes, values };
}

test('every parameter is handed out once, in canonical order, in its shape', async () => {
  const model = modelOf({ queryKeyNorm: true });
  const { values } = await initial(model);
  const expected = parameterSpecifications(model);
  expect([...values.keys()]).toEqual(expected.map(({ name }) => name));
  for (const { name, shape, init } of expected) {
    expect(values.get(name)).toHaveLength(shape.reduce((product, size) => product * size, 1));
    if (init === 'ones') expect(new Set(values.get(name))).toEqual(new Set([1]));
  }
});

test('normal parameters have the configured deviation', () => {
  const model = modelOf({ width: 64, vocabulary: 500, initDeviation: 0.05 });
  const value = initialValue({ name: 'embedding', shape: [500, 64], init: 'normal' }, model, 3);
  const deviation = Math.sqrt(value.reduce((sum, x) => sum + x * x, 0) / value.length);
  expect(Math.abs(deviation / 0.05 - 1)).toBeLessThan(0.02);
});

test.each([
  [16, 4],
  [5, 5],
  [2, 1],
  [200, 64],
])('an orthogonal router of %d × %d has RᵀR = I', (D, E) => {
  const model = modelOf({ width: D, experts: E });
  const { gram } = routerOrthogonality(initialValue({ name: 'r', shape: [D, E], init: 'router' }, model, 7), E);
  for (const [index, entry] of gram.entries()) {
    expect(Math.abs(entry - (index % (E + 1) === 0 ? 1 : 0))).toBeLessThan(1e-6);
  }
});

test('the orthonormal factor is that with a positive diagonal: QᵀA is upper triangular, its diagonal above 0', () => {
  const [rows, columns] = [9, 4];
  const draw = new Float64Array(rows * columns);
  new Generator(5, 'draw').fillNormal(draw, 1);
  const q = Float64Array.from(draw);
  orthonormalColumns(q, rows, columns);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      let entry = 0;
      for (let row = 0; row < rows; row++) entry += q[row * columns + i]! * draw[row * columns + j]!;
      if (i > j) expect(Math.abs(entry)).toBeLessThan(1e-12);
      if (i === j) expect(entry).toBeGreaterThan(0);
    }
  }
});

describe('hashes', () => {
  test('the same model and seed give the same, another seed others', async () => {
    const [a, b, c] = [await initial(modelOf()), await initial(modelOf()), await initial(modelOf(), 2)];
    expect(a.initHash).toBe(b.initHash);
    expect(a.initHashWithoutRouters).toBe(b.initHashWithoutRouters);
    expect(c.initHash).not.toBe(a.initHash);
    expect(c.initHashWithoutRouters).not.toBe(a.initHashWithoutRouters);
  });

  test('another router initialisation changes the routers alone', async () => {
    const [a, b] = [await initial(modelOf()), await initial(modelOf({ routerInit: 'normal' }))];
    expect(a.initHash).not.toBe(b.initHash);
    expect(a.initHashWithoutRouters).toBe(b.initHashWithoutRouters);
  });

  test('they never change: a run of today starts like one of tomorrow', async () => {
    const { initHash, initHashWithoutRouters } = await initial(modelOf());
    expect({ initHash, initHashWithoutRouters }).toMatchInlineSnapshot(`
      {
        "initHash": "cfa741dfe8c97e48a9793c2276bf8dd497cf13c0da4117b4ce69f65162059043",
        "initHashWithoutRouters": "a8a9100a9fab404a2e145f0e16bc4be05dd63c4b4990429b00707313e09b4192",
      }
    `);
  });

  test('without routers to leave out both are the same', async () => {
    const dense = await initial(modelOf({ kind: 'dense', experts: 1, active: 1 }));
    expect(dense.initHash).toBe(dense.initHashWithoutRouters);
  });
});
