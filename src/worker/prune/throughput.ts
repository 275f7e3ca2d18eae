// Speed of a pruned model beside the unpruned one: forward passes of both in turn, so that a machine's drift meets both alike.

import type { Quartiles, Throughput } from '../../shared/studies/pruning.ts';
import { warmUpPasses } from '../../shared/studies/pruning-methods.ts';
import type { Compiled } from '../engine/engine.ts';
import type { UnprunedModel } from './unpruned-model.ts';
import { timedBatch } from './validation-pass.ts';
import { compileVariant, inputsOf, type Variant } from './variant.ts';

export interface ThroughputOptions {
  batches: readonly number[];
  repeats: number;
}

/** The same variant twice is timed once. Yields after each round, so that its caller can stop it. */
export async function* measureThroughput(
  unpruned: UnprunedModel,
  [variant, plain]: readonly [Variant, Variant],
  { batches, repeats }: ThroughputOptions,
): AsyncGenerator<{ done: number; total: number }, Throughput[]> {
  const results: Throughput[] = [];
  const rounds = repeats + warmUpPasses;
  for (const [index, batch] of batches.entries()) {
    const sides = variant === plain ? [plain] : [variant, plain];
    const sample = timedBatch(unpruned, batch, plain.model.context);
    const tokens = batch * plain.model.context;
    const speeds = sides.map((): number[] => []);
    const programs: Compiled[] = [];
    try {
      for (const side of sides) programs.push(await compileVariant(side, batch));
      for (let round = 0; round < rounds; round++) {
        // Who comes first changes: a pass may pay for what the one before it left behind.
        const order = [...programs.keys()];
        for (const side of round % 2 === 0 ? order : order.reverse()) {
          const program = programs[side]!;
          const begin = performance.now();
          await program.run(inputsOf(sides[side]!, sample));
          const seconds = (performance.now() - begin) / 1000;
          if (round >= warmUpPasses) speeds[side]!.push(tokens / seconds);
        }
        yield { done: index * rounds + round + 1, total: batches.length * rounds };
      }
    } finally {
      for (const program of programs) await program.dispose();
    }
    const [own, base = own] = speeds;
    const ratio = quartiles(own!.map((speed, round) => speed / base![round]!));
    results.push({ batch, tokensPerSecond: quartiles(own!), unpruned: quartiles(base!), ratio });
  }
  return results;
}

/** Median and quartiles, on straight lines between the values. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const [low, high] = [sorted[below]!, sorted[Math.ceil(place)]!];
    return low + (place - below) * (high - low);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
