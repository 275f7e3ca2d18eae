// The reference engine: programs run eagerly on the reference backend, state in float64, AdamW in a plain loop.
import { LabError } from '../../../shared/errors.ts';
import type { ParameterSpecification, ParameterTensors } from '../../model/parameters.ts';
import type { Compiled, Engine, HostArray, HostTensor, Program, StateKind } from '../engine.ts';
import { type Tensor, tf } from '../tf.ts';
import { adamW } from './adamw.ts';
import { onReference } from './backend.ts';
import { size } from './ndarray.ts';

export interface ReferenceEngine extends Engine {
  /** One parameter's state itself, in float64 and not copied. @throws LabError 'engine' when the name is unknown. */
  state(kind: StateKind, name: string): Float64Array;
}

type State = Record<StateKind, Map<string, Float64Array>>;

/** Threads are of no use to it: it always runs on one. */
export async function createReferenceEngine(
  parameters: readonly ParameterSpecification[],
  _options?: { threads: number },
): Promise<ReferenceEngine> {
  const allocate = () => new Map(parameters.map(({ name, shape }) => [name, new Float64Array(size(shape))]));
  const held: State = {
    parameter: allocate(),
    gradient: allocate(),
    firstMoment: allocate(),
    secondMoment: allocate(),
  };

  function state(kind: StateKind, name: string): Float64Array {
    const values = held[kind].get(name);
    if (values) return values;
    throw new LabError('engine', `The engine holds no parameter called ${JSON.stringify(name)}.`, {
      field: name,
      remedy: 'Use a checkpoint of a model with the same configuration.',
    });
  }

  return {
    description: { kind: 'reference', device: 'plain loops in float64', software: false, threads: 1 },
    parameters,
    state,
    async compile(program) {
      return compile(program, parameters, held);
    },
    async upload(kind, name, data) {
      const values = state(kind, name);
      if (data.length !== values.length) throw wrongLength(name, data.length, values.length);
      values.set(data);
    },
    async download(kind, name) {
      return Float32Array.from(state(kind, name));
    },
    async gradientNorm() {
      let sum = 0;
      for (const gradient of held.gradient.values()) for (const g of gradient) sum += g * g;
      return Math.sqrt(sum);
    },
    async update(update) {
      for (const { name, shape } of parameters) {
        const moments = {
          parameter: state('parameter', name),
          gradient: state('gradient', name),
          firstMoment: state('firstMoment', name),
          secondMoment: state('secondMoment', name),
        };
        adamW(moments, update, update.decayOn === 'all' || shape.length === 2);
      }
    },
    async dispose() {
      for (const values of Object.values(held)) values.clear();
    },
  };
}

function compile(program: Program, parameters: readonly ParameterSpecification[], held: State): Compiled {
  const { differentiate } = program;

  function run(inputs: Record<string, HostArray>, accumulate: boolean, results: Record<string, HostTensor>): void {
    const tensors = parameters.map(({ name, shape }) => floatTensor(held.parameter.get(name)!, shape));
    const build = (): Record<string, Tensor> => {
      const outputs = program.build(inputTensors(program, inputs), parameterTensors(parameters, tensors));
      for (const [name, output] of Object.entries(outputs)) results[name] = download(output);
      return outputs;
    };
    if (differentiate === undefined) {
      build();
      return;
    }
    const { grads } = tf.engine().gradients(() => scalar(build(), differentiate), tensors, undefined, true);
    for (const [index, { name }] of parameters.entries()) {
      const gradient = held.gradient.get(name)!;
      if (!accumulate) gradient.fill(0);
      // No gradient at all where the output does not depend on the parameter.
      const added = (grads as (Tensor | undefined)[])[index]?.dataSync();
      if (added) for (let i = 0; i < gradient.length; i++) gradient[i]! += added[i]!;
    }
  }

  return {
    async run(inputs, { accumulate = false } = {}) {
      const results: Record<string, HostTensor> = {};
      onReference(() => tf.tidy(() => run(inputs, accumulate, results)));
      return results;
    },
    async dispose() {},
  };
}

/** Float64 entries go to the backend as they are; TensorFlow.js' own tensor functions would round them to float32. */
const floatTensor = (values: Float64Array, shape: readonly number[]): Tensor =>
  tf.engine().makeTensor(values as unknown as Float32Array, [...shape], 'float32');

/** The inputs of one run as tensors of the active backend. @throws LabError 'engine' where one is missing or has another length. */
export function inputTensors(
  { name: program, inputs }: Program,
  data: Record<string, HostArray>,
): Record<string, Tensor> {
  const tensors = Object.entries(inputs).map(([name, { shape, dtype }]): [string, Tensor] => {
    const values = data[name];
    const where = `${program}.${name}`;
    if (!values) throw new LabError('engine', `The program ${program} was given no input ${name}.`, { field: where });
    if (values.length !== size(shape)) throw wrongLength(where, values.length, size(shape));
    return [name, tf.engine().makeTensor(values, [...shape], dtype)];
  });
  return Object.fromEntries(tensors);
}

/** What a program sees of the parameters, from a tensor for each. */
export function parameterTensors(
  parameters: readonly ParameterSpecification[],
  tensors: readonly Tensor[],
): ParameterTensors {
  const plain = new Map<string, Tensor>();
  const groups = new Map<string, Tensor[]>();
  for (const [index, { name, group, member }] of parameters.entries()) {
    plain.set(name, tensors[index]!);
    if (group === undefined || member === undefined) continue;
    const members = groups.get(group) ?? [];
    members[member] = tensors[index]!;
    groups.set(group, members);
  }
  return { one: (name) => known(plain, name), group: (name) => known(groups, name) };
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value !== undefined) return value;
  throw new LabError('engine', `The program asks for a parameter ${name} that the engine does not hold.`, {
    field: name,
  });
}

/** The output to differentiate. @throws LabError 'engine' where it is not one number. */
export function scalar(outputs: Record<string, Tensor>, name: string): Tensor {
  const output = outputs[name];
  if (output && output.size === 1) return output;
  const found = output ? `has shape [${output.shape}]` : 'does not exist';
  throw new LabError('engine', `The output ${name} to differentiate must be one number, but ${found}.`, {
    field: name,
  });
}

function download(tensor: Tensor): HostTensor {
  const values = tensor.dataSync();
  const data = tensor.dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
  return { shape: [...tensor.shape], data };
}

export function wrongLength(field: string, length: number, expected: number): LabError {
  return new LabError('engine', `${field} takes ${expected} numbers, but was given ${length}.`, {
    field,
    value: String(length),
    remedy: 'Give data of the shape that the model has.',
  });
}
