// Initial parameters: a pure function of the model and one seed, the same on every engine and machine, and their hashes, by
// which two runs can prove that they started equal. One parameter is in memory at a time.
import { createHash } from 'node:crypto';
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { Generator } from '../random/generator.ts';
import { orthonormalColumns } from './orthonormal.ts';
import { type ParameterSpecification, parameterSpecifications } from './parameters.ts';

export interface InitialHashes {
  /** sha256 over name, shape and little-endian float32 entries of every parameter, in their canonical order. */
  initHash: string;
  /** The same over all but the routers: equal where only the router's initialisation differs. */
  initHashWithoutRouters: string;
}

/** One parameter's initial value; it draws from its own stream, named like it. */
export function initialValue(
  { name, shape, init }: ParameterSpecification,
  model: ModelConfiguration,
  seed: number,
): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  if (init === 'ones') return new Float32Array(length).fill(1);
  const generator = new Generator(seed, name);
  if (init === 'router' && model.routerInit === 'orthogonal') {
    const [D, E] = shape as [number, number];
    const draw = new Float64Array(length);
    generator.fillNormal(draw, 1);
    orthonormalColumns(draw, D, E);
    return Float32Array.from(draw);
  }
  const value = new Float32Array(length);
  generator.fillNormal(value, model.initDeviation);
  return value;
}

/** Hands out every parameter's initial value in canonical order, and hashes them as they pass. */
export async function initialise(
  model: ModelConfiguration,
  seed: number,
  accept: (name: string, value: Float32Array) => Promise<void>,
): Promise<InitialHashes> {
  const all = createHash('sha256');
  const withoutRouters = createHash('sha256');
  for (const specification of parameterSpecifications(model)) {
    const value = initialValue(specification, model, seed);
    for (const hash of specification.init === 'router' ? [all] : [all, withoutRouters]) {
      hash.update(JSON.stringify([specification.name, specification.shape]));
      hash.update(new Uint8Array(value.buffer));
    }
    await accept(specification.name, value);
  }
  return { initHash: all.digest('hex'), initHashWithoutRouters: withoutRouters.digest('hex') };
}
