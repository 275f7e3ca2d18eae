import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosineOfGram } from '../../shared/inspection.ts';
import { openSafetensors } from '../checkpoint/safetensors-read.ts';
import { writeSafetensors } from '../checkpoint/safetensors-write.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { singularValues } from '../measures/singular-values.ts';
import { Generator } from '../random/generator.ts';
import { bestAssignment } from './assignment.ts';
import { inspectModel } from './inspect-model.ts';
import { openModel } from './open-model.ts';
import { principalAngles } from './principal-angles.ts';
import { cosine, cosines, Fingerprint, sketchError } from './similarity.ts';
import { tensorStatistics } from './tensor-statistics.ts';

const normal = (length: number, stream: string) => {
  const values = new Float32Array(length);
  new Generator(1, stream).fillNormal(values, 1);
  return values;
};

describe('singular values', () => {
  test('of a diagonal, a rank of 1, zeros, and a scale that overflows when squared', () => {
    expect([...singularValues([3, 0, 0, 0, -4, 0], 2, 3)]).toEqual([4, 3]);
    const [first, second] = singularValues([1, 2, 2, 2, 4, 4], 2, 3);
    expect(first).toBeCloseTo(Math.sqrt(45), 12);
    expect(second).toBeLessThan(1e-14);
    expect([...singularValues(new Float32Array(6), 2, 3)]).toEqual([0, 0]);
  });

  test('a small one is exact beside a large one, where a Gram matrix would have lost it', () => {
    // Columns of the Hilbert-like example of Läuchli: values √(2 + ε²) and ε.
    const epsilon = 1e-9;
    const [large, little] = singularValues([1, epsilon, 0, 1, 0, epsilon], 2, 3);
    expect(large).toBeCloseTo(Math.SQRT2, 12);
    expect(Math.abs(little! / epsilon - 1)).toBeLessThan(1e-6);
  });

  test('more vectors than dimensions, and their squares sum to those of the entries', () => {
    const values = normal(40 * 7, 'wide');
    const singular = singularValues(values, 40, 7);
    expect(singular).toHaveLength(7);
    const squares = (array: Iterable<number>) => [...array].reduce((sum, value) => sum + value * value, 0);
    expect(squares(singular) / squares(values)).toBeCloseTo(1, 12);
    expect([...singular]).toEqual([...singular].sort((a, b) => b - a));
  });
});

describe('principal angles', () => {
  test('of the same span, of a right angle, and of a hand-made one', () => {
    const plane = [1, 0, 0, 0, 1, 0];
    for (const angle of principalAngles(plane, [1, 1, 0, 2, -1, 0], 2, 3)) expect(angle).toBeLessThan(1e-15);
    const turned = [1, 0, 0, 0, Math.cos(1e-8), Math.sin(1e-8)];
    expect(principalAngles(plane, turned, 2, 3)[1]! / 1e-8).toBeCloseTo(1, 7);
    expect(principalAngles([1, 0], [0, 1], 1, 2)).toEqual([Math.PI / 2]);
    expect(principalAngles([0, 0], [0, 1], 1, 2)).toEqual([]);
  });
});

test('the best assignment is the best of all permutations', () => {
  const permutations = (items: number[]): number[][] =>
    items.length === 0
      ? [[]]
      : items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
  const square = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: n, maxLength: n }), {
      minLength: n,
      maxLength: n,
    }),
  );
  fc.assert(
    fc.property(square, (score) => {
      const worth = (assignment: number[]) => assignment.reduce((sum, column, row) => sum + score[row]![column]!, 0);
      const found = bestAssignment(score);
      expect([...found].sort()).toEqual(score.map((_, index) => index));
      expect(worth(found)).toBe(Math.max(...permutations(score.map((_, index) => index)).map(worth)));
    }),
    { seed: 11, numRuns: 200 },
  );
  expect(bestAssignment([])).toEqual([]);
});

describe('cosines of long vectors', () => {
  test('exact ones are those of the definition', () => {
    const vectors = [
      [3, 4],
      [4, 3],
      [0, 0],
    ].map((values) => {
      const fingerprint = new Fingerprint('exact', 2);
      for (const value of values) fingerprint.add(Float32Array.of(value));
      return fingerprint;
    });
    expect(cosines(vectors).map((row) => [...row])).toEqual([
      [1, 0.96, 0],
      [0.96, 1, 0],
      [0, 0, 0],
    ]);
  });

  test('sketches err as they say', () => {
    const error = sketchError('sketch')!;
    const errors: number[] = [];
    for (let pair = 0; pair < 20; pair++) {
      const [a, b] = [normal(50_000, `a${pair}`), normal(50_000, `b${pair}`)];
      const mixed = b.map((value, index) => value + 0.5 * a[index]!);
      const [exact, sketch] = (['exact', 'sketch'] as const).map((method) => {
        const of = (values: Float32Array) => {
          const fingerprint = new Fingerprint(method, values.length);
          // In pieces of any length.
          for (let at = 0; at < values.length; at += 7001) fingerprint.add(values.subarray(at, at + 7001));
          return fingerprint;
        };
        return cosine(of(a), of(mixed));
      });
      errors.push((exact! - sketch!) / error);
    }
    const deviation = Math.sqrt(errors.reduce((sum, value) => sum + value ** 2, 0) / errors.length);
    expect(deviation).toBeGreaterThan(0.4);
    expect(deviation).toBeLessThan(1.6);
  });
});

test('cosines of a Gram matrix', () => {
  const gram = [
    [4, 2, 0],
    [2, 1, 0],
    [0, 0, 0],
  ];
  expect(cosineOfGram(gram).map((row) => [...row])).toEqual([
    [1, 1, 0],
    [1, 1, 0],
    [0, 0, 0],
  ]);
});

/** Two layers' worth of a small Mixtral, its numbers made by name. */
async function mixtral(value: (name: string, index: number) => number): Promise<string> {
  const folder = temporaryFolder();
  const shapes: Record<string, number[]> = { 'model.layers.0.block_sparse_moe.gate.weight': [4, 8] };
  for (const expert of [0, 1, 2, 3]) {
    for (const part of ['w1', 'w2', 'w3'])
      shapes[`model.layers.0.block_sparse_moe.experts.${expert}.${part}.weight`] = [8, 8];
  }
  await writeSafetensors(join(folder, 'model.safetensors'), {
    tensors: Object.entries(shapes).map(([name, shape]) => ({
      name,
      dtype: 'F32',
      shape,
      data: async () => Float32Array.from({ length: shape[0]! * shape[1]! }, (_, index) => value(name, index)),
    })),
  });
  return folder;
}

test('near-duplicates, dead experts and sick numbers are named', async () => {
  const folder = await mixtral((name, index) => {
    const expert = /experts\.(\d)/.exec(name)?.[1];
    if (expert === '2') return 0;
    if (expert === '3')
      return name.includes('w1') && index < 4 ? [Number.NaN, Infinity, 1e-40, 1e9][index]! : 1e-6 * Math.cos(index);
    return Math.sin(index + (name.includes('w3') ? 2 : 0)) + (expert === '1' ? 1e-3 * Math.cos(9 * index) : 0);
  });
  for await (const event of inspectModel([folder])) {
    if (event.type === 'recognition') expect(event.recognition.family).toBe('mixtral');
    if (event.type === 'experts') {
      expect(event.experts.nearDuplicates.map(({ experts }) => experts)).toEqual([[0, 1]]);
      expect(event.experts.dead.map(({ expert, reason }) => [expert, reason])).toEqual([[2, 'all zero']]);
      expect(event.experts.similarity[2]).toEqual(new Float64Array(4));
    }
    if (event.type === 'health' && event.health.part === 'experts') {
      const sick = 'model.layers.0.block_sparse_moe.experts.3.w1.weight';
      expect(event.health).toMatchObject({
        nan: 1,
        infinite: 1,
        denormal: 1,
        tensors: 12,
        elements: 768,
        damaged: [sick],
      });
      expect(event.health.outliers).toBe(1);
      expect(event.health.largest).toEqual({ value: 1e9, tensor: sick });
    }
  }
});

test('a router with NaN is shown without singular values', async () => {
  const folder = await mixtral((name, index) => (name.includes('gate') && index === 5 ? Number.NaN : index));
  for await (const event of inspectModel([folder], { depth: 'routers' })) {
    expect(event.type).not.toBe('experts');
    if (event.type === 'router') expect(event.router.singularValues).toEqual([]);
  }
});

test('statistics and histogram of one tensor', async () => {
  const folder = await mixtral((_, index) => index);
  const model = await openModel([folder]);
  const name = 'model.layers.0.block_sparse_moe.gate.weight';
  const statistics = await tensorStatistics(model.weights, name, 4);
  expect(statistics).toMatchObject({ elements: 32, minimum: 0, maximum: 31, mean: 15.5, zero: 1, nan: 0, outliers: 0 });
  expect(statistics.deviation).toBeCloseTo(Math.sqrt((32 ** 2 - 1) / 12), 12);
  expect(statistics.norm).toBeCloseTo(Math.sqrt((31 * 32 * 63) / 6), 10);
  expect(statistics.histogram.map(({ count }) => count)).toEqual([8, 8, 8, 8]);
  await expect(tensorStatistics(model.weights, 'none')).rejects.toThrow('"none"');
  await model.close();
});

test('a range of a tensor is that part of the whole', async () => {
  const folder = await mixtral((_, index) => index);
  const file = await openSafetensors(join(folder, 'model.safetensors'));
  const name = 'model.layers.0.block_sparse_moe.gate.weight';
  expect([...(await file.readRange(name, 3, 4))]).toEqual([3, 4, 5, 6]);
  await expect(file.readRange(name, 30, 3)).rejects.toThrow(RangeError);
  await file.close();
});
