// Whether an engine computes what it should: the loss and every gradient of a tiny mixture, beside the reference engine's.

import { configurationFromPreset } from '../../shared/config/presets.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { Engine } from '../engine/engine.ts';
import { createReferenceEngine } from '../engine/reference/engine.ts';
import { initialise } from '../model/initialise.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { trainProgram } from '../programs/train.ts';
import { randomBatch } from './random-batch.ts';

/** Largest relative error that passes. */
export const tolerance = 1e-4;

export const selfTestConfiguration: RunConfiguration = configurationFromPreset('nano', {
  corpus: 'random tokens',
  objective: [{ kind: 'simbal' }, { kind: 'lbl-micro-batch' }],
  model: {
    vocabulary: 16,
    width: 8,
    layers: 2,
    heads: 2,
    context: 8,
    experts: 4,
    active: 2,
    expertWidth: 8,
    initDeviation: 0.5,
    // SimBal's gradient at an orthogonal router is the sign of rounding errors, which no two engines share.
    routerInit: 'normal',
  },
  training: { batch: 2 },
});

/** The engine must hold the parameters of `selfTestConfiguration`. @returns the largest relative error; NaN where any entry is */
export async function selfTestError(engine: Engine): Promise<number> {
  const reference = await createReferenceEngine(parameterSpecifications(selfTestConfiguration.model));
  try {
    const [expected, actual] = [await results(reference), await results(engine)];
    const norm = lengthOf([...expected.values()].flatMap((values) => [...values]));
    let largest = 0;
    for (const [name, values] of expected) {
      const found = actual.get(name)!;
      const difference = lengthOf(values.map((value, index) => value - found[index]!));
      // Where a gradient is all but zero its error is measured against the whole gradient's thousandth.
      const error = difference / Math.max(lengthOf(values), norm / 1000);
      if (!(error <= largest)) largest = error;
      if (Number.isNaN(largest)) break;
    }
    return largest;
  } finally {
    await reference.dispose();
  }
}

/** The loss, and every parameter's gradient by name. */
async function results(engine: Engine): Promise<Map<string, Float32Array>> {
  const { model, objective, training } = selfTestConfiguration;
  await initialise(model, 1, (name, value) => engine.upload('parameter', name, value));
  const program = await engine.compile(trainProgram(model, objective, training.batch));
  try {
    const { loss } = await program.run(randomBatch(selfTestConfiguration));
    const all = new Map<string, Float32Array>([['loss', Float32Array.from(loss!.data)]]);
    for (const { name } of engine.parameters) all.set(name, await engine.download('gradient', name));
    return all;
  } finally {
    await program.dispose();
  }
}

const lengthOf = (values: Iterable<number>): number => {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
};
