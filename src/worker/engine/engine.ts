// What runs a program. The mathematics is written once over TensorFlow.js tensors; an engine compiles it for fixed
// shapes, holds the model's state (parameters, gradients, moments), runs programs and hands state out by name.
import type { Tensor } from '@tensorflow/tfjs';
import type { EngineDescription } from '../../shared/worker-messages.ts';
import type { ParameterSpecification, ParameterTensors } from '../model/parameters.ts';

export type HostArray = Float32Array | Int32Array;

export interface HostTensor {
  shape: readonly number[];
  data: HostArray;
}

export interface InputSpecification {
  shape: readonly number[];
  dtype: 'float32' | 'int32';
}

/** A pure function of inputs and parameters, written over tfjs ops and the kernels of ./kernels. */
export interface Program {
  name: string;
  inputs: Record<string, InputSpecification>;
  build(inputs: Record<string, Tensor>, parameters: ParameterTensors): Record<string, Tensor>;
  /** The size of its routing, where it routes: an engine that pads rows starts from it. */
  grouped?: { tokens: number; experts: number; active: number };
  /** Name of the scalar output to differentiate; its gradients stay in the engine as the state 'gradient'. */
  differentiate?: string;
}

/** A program compiled for its shapes. */
export interface Compiled {
  /**
   * Runs once. Inputs are read until it resolves, so leave them unchanged until then; outputs are fresh host tensors.
   * A program that differentiates leaves its gradients in the engine: `accumulate` adds to those already there.
   */
  run(inputs: Record<string, HostArray>, options?: { accumulate?: boolean }): Promise<Record<string, HostTensor>>;
  dispose(): Promise<void>;
}

export type StateKind = 'parameter' | 'gradient' | 'firstMoment' | 'secondMoment';

/** Hyper-parameters of one AdamW update; `step` counts from 1. The gradient is multiplied by `gradientScale` first. */
export interface Update {
  step: number;
  learningRate: number;
  weightDecay: number;
  decayOn: 'all' | 'matrices';
  beta1: number;
  beta2: number;
  epsilon: number;
  gradientScale: number;
}

export interface Engine {
  readonly description: EngineDescription;
  /** The parameters this engine holds, one entry per name that a checkpoint has. */
  readonly parameters: readonly ParameterSpecification[];
  compile(program: Program): Promise<Compiled>;
  /** @throws LabError 'engine' when the name is unknown or the length differs from the parameter's shape. */
  upload(kind: StateKind, name: string, data: Float32Array): Promise<void>;
  /** A copy of one parameter's state. */
  download(kind: StateKind, name: string): Promise<Float32Array>;
  /** L2 norm over all gradients as accumulated, before any scale; not finite when any entry is not. */
  gradientNorm(): Promise<number>;
  /** Applies AdamW in place. Decoupled weight decay, bias-corrected moments, as torch.optim.AdamW. */
  update(update: Update): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes an engine whose state is allocated and zero. */
export type EngineFactory = (
  parameters: readonly ParameterSpecification[],
  options: { threads: number },
) => Promise<Engine>;
