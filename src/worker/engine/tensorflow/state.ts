// The model's state in TensorFlow: parameters and moments as variables, which AdamW changes in place; gradients as plain tensors.
import { LabError } from '../../../shared/errors.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';
import type { StateKind, Update } from '../engine.ts';
import { wrongLength } from '../reference/engine.ts';
import { size } from '../reference/ndarray.ts';
import type { Held } from './binding.ts';
import type { Operations } from './operations.ts';

type Entry = Record<StateKind, Held>;

/** TensorFlow knows variables by name in the whole process. */
let variables = 0;

export class State {
  readonly #operations: Operations;
  readonly #parameters: readonly ParameterSpecification[];
  readonly #entries = new Map<string, Entry>();

  constructor(operations: Operations, parameters: readonly ParameterSpecification[]) {
    this.#operations = operations;
    this.#parameters = parameters;
    for (const { name, shape } of parameters) this.#entries.set(name, this.#allocate(shape));
  }

  upload(kind: StateKind, name: string, data: Float32Array): void {
    const entry = this.#entry(name);
    const { shape } = this.#parameters.find((parameter) => parameter.name === name)!;
    if (data.length !== size(shape)) throw wrongLength(name, data.length, size(shape));
    const operations = this.#operations;
    operations.scope(() => {
      // TensorFlow may go on reading the array that it is given.
      const value = operations.tensor(data.slice(), shape);
      if (kind === 'gradient') this.#setGradient(entry, value);
      else operations.runMany('AssignVariableOp', [entry[kind], value], 0);
      return undefined;
    });
  }

  download(kind: StateKind, name: string): Float32Array {
    const entry = this.#entry(name);
    const operations = this.#operations;
    let data = new Float32Array();
    operations.scope(() => {
      data = operations.values(
        kind === 'gradient' ? entry.gradient : this.#read(entry[kind]),
      ) as Float32Array<ArrayBuffer>;
      return undefined;
    });
    return data;
  }

  /** Every parameter's value, in order; the caller deletes them before the next update, which could not be in place else. */
  values(): Held[] {
    return this.#operations.scope(() => this.#parameters.map(({ name }) => this.#read(this.#entry(name).parameter)));
  }

  /** Takes the gradients of one run, in order; none where the loss does not depend on the parameter. */
  takeGradients(gradients: readonly (Held | undefined)[], accumulate: boolean): void {
    const operations = this.#operations;
    operations.scope(() => {
      for (const [index, { name }] of this.#parameters.entries()) {
        const entry = this.#entry(name);
        const gradient = gradients[index];
        if (accumulate && gradient) this.#setGradient(entry, operations.add(entry.gradient, gradient));
        else if (gradient) this.#setGradient(entry, operations.run('Identity', [gradient]));
        else if (!accumulate) this.#setGradient(entry, operations.run('ZerosLike', [entry.gradient]));
      }
      return undefined;
    });
  }

  /** Σ over all gradients of their squares, each parameter's in float32, their sum in float64. */
  squaredNorm(): number {
    const operations = this.#operations;
    let total = 0;
    operations.scope(() => {
      const halves = this.#parameters.map(({ name }) => operations.run('L2Loss', [this.#entry(name).gradient]));
      const packed = operations.run('Pack', halves, { N: halves.length, T: { type: operations.binding.TF_FLOAT } });
      for (const half of operations.values(packed)) total += 2 * half;
      return undefined;
    });
    return total;
  }

  /**
   * AdamW as torch.optim.AdamW. TensorFlow's Adam adds epsilon to √v before the correction of v; scaling both the rate and epsilon
   * by √(1 − β₂ᵗ) makes it the same number.
   */
  update({ step, learningRate, weightDecay, decayOn, beta1, beta2, epsilon, gradientScale }: Update): void {
    const operations = this.#operations;
    operations.scope(() => {
      const correction = Math.sqrt(1 - beta2 ** step);
      const rate = operations.scalar((learningRate * correction) / (1 - beta1 ** step));
      const offset = operations.scalar(epsilon * correction);
      const [first, second, kept, scale] = [beta1, beta2, 1 - learningRate * weightDecay, gradientScale].map((value) =>
        operations.scalar(value),
      );
      const none = operations.float(0);
      for (const { name, shape } of this.#parameters) {
        const { parameter, firstMoment, secondMoment, gradient } = this.#entry(name);
        if (weightDecay !== 0 && (decayOn === 'all' || shape.length === 2)) {
          operations.scope(() => {
            const decayed = operations.multiply(this.#read(parameter), kept!);
            operations.runMany('AssignVariableOp', [parameter, decayed], 0);
            return undefined;
          });
        }
        operations.scope(() => {
          const scaled = gradientScale === 1 ? gradient : operations.multiply(gradient, scale!);
          const numbers = [none, none, rate, first!, second!, offset];
          operations.runMany('ResourceApplyAdam', [parameter, firstMoment, secondMoment, ...numbers, scaled], 0);
          return undefined;
        });
      }
      return undefined;
    });
  }

  dispose(): void {
    const operations = this.#operations;
    for (const { gradient, ...variables } of this.#entries.values()) {
      for (const variable of Object.values(variables)) operations.runMany('DestroyResourceOp', [variable], 0);
      operations.delete(gradient, ...Object.values(variables));
    }
    this.#entries.clear();
  }

  #allocate(shape: readonly number[]): Entry {
    const operations = this.#operations;
    const { TF_FLOAT } = operations.binding;
    const made: Held[] = operations.scope(() => {
      const zeros = operations.run('Fill', [operations.ints(shape), operations.float(0)]);
      const held = [0, 1, 2].map(() => {
        const attributes = { dtype: { type: TF_FLOAT }, shape: [...shape], shared_name: `variable ${variables++}` };
        const variable = operations.run('VarHandleOp', [], attributes);
        operations.runMany('AssignVariableOp', [variable, zeros], 0);
        return variable;
      });
      return [...held, zeros];
    });
    operations.release(...made);
    const [parameter, firstMoment, secondMoment, gradient] = made as [Held, Held, Held, Held];
    return { parameter, firstMoment, secondMoment, gradient };
  }

  #setGradient(entry: Entry, gradient: Held): void {
    this.#operations.release(gradient);
    this.#operations.delete(entry.gradient);
    entry.gradient = gradient;
  }

  #read(variable: Held): Held {
    return this.#operations.run('ReadVariableOp', [variable], { dtype: { type: this.#operations.binding.TF_FLOAT } });
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry) return entry;
    throw new LabError('engine', `The engine holds no parameter called ${JSON.stringify(name)}.`, {
      field: name,
      remedy: 'Use a checkpoint of a model with the same configuration.',
    });
  }
}
