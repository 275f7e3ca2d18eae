// Dropped slots on the engines that leave them out: nothing of them is in a result or a gradient, and the rest is as it was.
import { describe, expect, test } from 'vitest';
import type { ParameterSpecification } from '../model/parameters.ts';
import { createEngine } from './choose.ts';
import type { Program } from './engine.ts';
import { dropSlots, groupedMatMul, groupRows, groupSlots, route, scaleRows, ungroupSum } from './kernels.ts';
import { tf } from './tf.ts';

const [N, E, K, D] = [5, 3, 2, 4];

const parameters: ParameterSpecification[] = [
  { name: 'x', shape: [N, D], init: 'normal' },
  { name: 'gates', shape: [N, K], init: 'normal' },
  ...Array.from(
    { length: E },
    (_, member): ParameterSpecification => ({
      name: `experts.${member}`,
      shape: [D, D],
      group: 'experts',
      member,
      init: 'normal',
    }),
  ),
];

/** A mixture's sum over slots; the dropped are left out, or where `masked` have a gate of 0. */
const mixture = (masked: boolean): Program => ({
  name: 'mixture',
  inputs: { scores: { shape: [N, E], dtype: 'float32' }, kept: { shape: [N, K], dtype: 'float32' } },
  differentiate: 'loss',
  build({ scores, kept }, state) {
    const all = route(scores!, K);
    const routing = masked ? all : dropSlots(all, kept!);
    const gates = tf.mul(state.one('gates'), kept!);
    const rows = groupedMatMul(groupRows(state.one('x'), routing, K), state.group('experts'), routing.counts);
    const output = ungroupSum(scaleRows(rows, groupSlots(gates, routing)), routing, K);
    return { output, counts: routing.counts, loss: tf.sum(tf.square(output)) };
  },
});

const numbers = (length: number, start: number) =>
  Float32Array.from({ length }, (_, index) => Math.fround(Math.sin(start + 1.7 * index)));

async function measured(kind: 'reference' | 'onnx-cpu', masked: boolean, kept: Float32Array) {
  const engine = await createEngine(kind, parameters, 1);
  try {
    for (const [index, { name, shape }] of parameters.entries()) {
      const length = shape.reduce((product, size) => product * size, 1);
      await engine.upload('parameter', name, numbers(length, index));
    }
    const program = await engine.compile(mixture(masked));
    const { output, counts } = await program.run({ scores: numbers(N * E, 9), kept });
    const gradients: Record<string, number[]> = {};
    for (const { name } of parameters) gradients[name] = [...(await engine.download('gradient', name))];
    await program.dispose();
    return { output: [...output!.data], counts: [...counts!.data], gradients };
  } finally {
    await engine.dispose();
  }
}

const cases = {
  'every second': Float32Array.from({ length: N * K }, (_, slot) => slot % 2),
  none: new Float32Array(N * K),
  'all but one': Float32Array.from({ length: N * K }, (_, slot) => Number(slot === 3)),
};

describe.each(['reference', 'onnx-cpu'] as const)('on %s', (kind) => {
  test('dropping nothing is the plain sum, to the last digit', async () => {
    const all = new Float32Array(N * K).fill(1);
    expect(await measured(kind, false, all)).toEqual(await measured(kind, true, all));
  });

  test.each(Object.entries(cases))('kept: %s', async (_, kept) => {
    const [dropped, masked] = [await measured(kind, false, kept), await measured(kind, true, kept)];
    expect(dropped.counts.reduce((sum, count) => sum + count, 0)).toBe(kept.filter(Boolean).length);
    near(dropped.output, masked.output);
    for (const { name } of parameters) {
      // A gate of a dropped slot has no gradient: kept multiplies it in both.
      near(dropped.gradients[name]!, masked.gradients[name]!);
    }
  });
});

function near(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 5);
}
