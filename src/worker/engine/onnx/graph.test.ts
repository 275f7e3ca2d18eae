import { expect, test } from 'vitest';
import { Graph } from './graph.ts';
import { createSession, tensorOver } from './runtime.ts';

const output = (name: string, source: string, shape: number[]) => ({ name, source, shape, type: 'float32' as const });

test('equal nodes are made once', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2]);
  expect(graph.node('Exp', [x])).toBe(graph.node('Exp', [x]));
  expect(graph.node('Exp', [x])).not.toBe(graph.node('Log', [x]));
  expect(graph.indices([1, 2])).toBe(graph.indices([1, 2]));
  expect(graph.indices([1, 2])).not.toBe(graph.indices([12]));
  expect(graph.constant('float32', [1], [1])).not.toBe(graph.constant('int32', [1], [1]));
  expect(graph.node('Concat', [x], { axis: 0 })).not.toBe(graph.node('Concat', [x], { axis: 1 }));
});

test('equal constants are made once, large ones too', () => {
  const graph = new Graph();
  const mask = (last: number) => Float32Array.from({ length: 10_000 }, (_, index) => (index === 9999 ? last : 0));
  expect(graph.constant('float32', [100, 100], mask(1))).toBe(graph.constant('float32', [100, 100], mask(1)));
  expect(graph.constant('float32', [100, 100], mask(1))).not.toBe(graph.constant('float32', [100, 100], mask(2)));
  expect(graph.constant('float32', [100, 100], mask(1))).not.toBe(graph.constant('float32', [10_000], mask(1)));
});

test('what no output needs is left out', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2]);
  graph.node('Exp', [x]);
  expect(graph.encode([output('y', graph.node('Neg', [x]), [2])]).nodes).toBe(1);
});

test('one value under two names, and an input as an output, are copied', async () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2]);
  const negated = graph.node('Neg', [x]);
  const outputs = [output('y', negated, [2]), output('z', negated, [2]), output('same', x, [2])];
  outputs.push(output('twice', graph.node('Add', [negated, negated]), [2]));
  const { model } = graph.encode(outputs);
  const session = await createSession(model, { provider: 'cpu', threads: 1 });
  const results = await session.run({ x: tensorOver(Float32Array.of(1, -2), [2]) });
  const values = Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
  expect(values).toEqual({ y: [-1, 2], z: [-1, 2], same: [1, -2], twice: [-2, 4] });
  await session.release();
});

test('a model that ONNX Runtime refuses is an error in words', async () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2]);
  const { model } = graph.encode([output('y', graph.node('NoSuchOperator', [x]), [2])]);
  await expect(createSession(model, { provider: 'cpu', threads: 1 })).rejects.toMatchObject({ code: 'engine' });
});
