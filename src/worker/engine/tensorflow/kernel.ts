// What a kernel is here: a function of tensors that TensorFlow holds, told to TensorFlow.js by name.
import type { Held } from './binding.ts';
import type { Key, Operations } from './operations.ts';

/** Its shape is what TensorFlow.js takes it to have. */
export interface Input extends Held {
  /** By which a forward kernel keeps something for its gradient. */
  readonly key: Key;
}

export type Inputs<Name extends string = string> = Record<Name, Input>;

/** Returns what it made, or an input where the result is that same data; all else that it made is deleted after it. */
// biome-ignore lint/suspicious/noExplicitAny: each kernel names its own inputs and attributes, and a table holds them all.
export type Kernel = (operations: Operations, inputs: any, attributes: any) => Held | Held[];
export type Kernels = Record<string, Kernel>;
