// Cuts what a program says of every token of a batch to the tokens that count.
import type { HostTensor } from '../engine/engine.ts';

/** [L, N, …] cut to its first n tokens [L, n, …]: rows that only fill a batch up come last and do not count. */
export function firstTokens({ shape, data }: HostTensor, n: number): HostTensor['data'] {
  const [layers, N] = shape as [number, number];
  if (n === N) return data;
  const stride = data.length / layers;
  const length = (stride / N) * n;
  return data.filter((_, index) => index % stride < length);
}
