import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Generator } from './generator.ts';

const draw = (seed: number, stream: string, length = 1000) => {
  const array = new Float32Array(length);
  new Generator(seed, stream).fillNormal(array, 1);
  return array;
};

test('the same seed and stream give the same numbers; another seed or stream gives others', () => {
  expect(draw(1, 'embedding')).toEqual(draw(1, 'embedding'));
  expect(draw(2, 'embedding')).not.toEqual(draw(1, 'embedding'));
  expect(draw(1, 'head')).not.toEqual(draw(1, 'embedding'));
  expect(draw(1 + 2 ** 32, 'embedding')).not.toEqual(draw(1, 'embedding'));
});

test('the numbers of a seed never change: weights drawn today are those drawn tomorrow', () => {
  const generator = new Generator(Number.MAX_SAFE_INTEGER, 'layers.0.router');
  const normal = new Float64Array(3);
  generator.fillNormal(normal, 0.02);
  expect({ normal: [...normal], uniform: generator.uniform(), position: generator.position }).toMatchInlineSnapshot(`
    {
      "normal": [
        0.02409588561009916,
        -0.007135462191784524,
        -0.027962298382036253,
      ],
      "position": 3,
      "uniform": 0.8929182555403453,
    }
  `);
});

test('a position is all the state there is', () => {
  fc.assert(
    fc.property(fc.nat(500), (skip) => {
      const straight = new Generator(7, 'x');
      for (let i = 0; i < skip; i++) straight.uniform();
      const jumped = new Generator(7, 'x', skip);
      expect(jumped.uniform()).toBe(straight.uniform());
      expect(jumped.position).toBe(skip + 1);
    }),
  );
  const far = new Generator(7, 'x', 2 ** 32);
  expect(far.uniform()).not.toBe(new Generator(7, 'x').uniform());
});

test('normal numbers have the moments of the normal distribution', () => {
  const n = 200_000;
  const array = new Float64Array(n);
  new Generator(3, 'moments').fillNormal(array, 2);
  const moment = (power: number) => array.reduce((sum, x) => sum + (x / 2) ** power, 0) / n;
  expect(Math.abs(moment(1))).toBeLessThan(0.01);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.015);
  expect(Math.abs(moment(3))).toBeLessThan(0.03);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
});

test('an odd length draws a prefix of the even one', () => {
  expect([...draw(5, 'odd', 7)]).toEqual([...draw(5, 'odd', 8)].slice(0, 7));
});

test('uniform numbers lie in their range and fill it evenly', () => {
  const bins = new Array<number>(10).fill(0);
  const array = new Float64Array(100_000);
  new Generator(4, 'bins').fillUniform(array);
  for (const x of array) bins[Math.floor(x * 10)]!++;
  expect(bins).toHaveLength(10);
  for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  const generator = new Generator(4, 'integers');
  const seen = new Set(Array.from({ length: 200 }, () => generator.integer(6)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('seed %d is refused', (seed) => {
  expect(() => new Generator(seed, 'x')).toThrow(RangeError);
});
