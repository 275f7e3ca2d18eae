// How a kernel's lowering is told to tfjs: its name and what it writes into the graph.
import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import { tf } from '../../tf.ts';
import type { TraceBackend, TraceInfo } from '../trace-backend.ts';

export type Inputs = Record<string, TensorInfo>;
/** Attributes by name; a kernel has the few that tfjs, or ../../kernels, gives it. */
export interface Attributes {
  axis: number | number[];
  reductionIndices: number | number[];
  keepDims: boolean;
  dim: number;
  shape: number[];
  perm: number[];
  begin: number[];
  /** A list in Slice, a number in ScatterAlong. */
  size: number[] & number;
  numOrSizeSplits: number | number[];
  reps: number[];
  value: number;
  dtype: DataType;
  transposeA: boolean;
  transposeB: boolean;
  transpose: boolean;
  epsilon: number;
  theta: number;
  inverse: boolean;
  rows: number;
  active: number;
  partial: boolean;
}

export type Lowering = (backend: TraceBackend, inputs: Inputs, attributes: Attributes) => TraceInfo | TraceInfo[];
export type Lowerings = Record<string, Lowering>;

export function registerLowerings(backendName: string, backend: TraceBackend, lowerings: Lowerings): void {
  for (const [kernelName, lower] of Object.entries(lowerings)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) =>
        lower(backend, inputs as Inputs, (attrs ?? {}) as unknown as Attributes) as TensorInfo | TensorInfo[],
    });
  }
}
