// The compiled optimizer kernels (optimizer.as.ts) and the jobs that its threads share out.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../../shared/errors.ts';

export interface OptimizerKernels {
  squaredNorm(gradient: number, length: number): number;
  accumulate(sum: number, addend: number, length: number): void;
  adamw(parameter: number, gradient: number, first: number, second: number, length: number, ...rates: number[]): void;
}

/** Reads and compiles the module: beside the built worker, or in the checkout. */
export function compileOptimizer(): WebAssembly.Module {
  const places = ['../kernels/optimizer.wasm', '../../../../out/kernels/optimizer.wasm'];
  const path = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (!path) {
    throw new LabError('engine', 'The compiled optimizer kernels are missing (out/kernels/optimizer.wasm).', {
      remedy: 'Run "npm test" or "npm run demo" once: both build them.',
    });
  }
  return new WebAssembly.Module(readFileSync(path));
}

export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): OptimizerKernels =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as OptimizerKernels;

/** One kernel over one stretch of one memory; addresses in bytes, `length` in floats. */
export type Job =
  | { kernel: 'squaredNorm'; memory: number; addresses: [number]; length: number }
  | { kernel: 'accumulate'; memory: number; addresses: [number, number]; length: number }
  | { kernel: 'adamw'; memory: number; addresses: [number, number, number, number]; length: number; rates: number[] };

/** Floats; a share starts at a multiple of it, so that no two threads write one cache line. */
const grain = 16;

/** Does share `index` of `shares` of a job; returns its part of a sum of squares, else 0. */
export function work(kernels: readonly OptimizerKernels[], job: Job, index: number, shares: number): number {
  const cut = (share: number) => Math.min(job.length, Math.ceil((job.length * share) / shares / grain) * grain);
  const [start, end] = [cut(index), cut(index + 1)];
  if (start >= end) return 0;
  const { squaredNorm, accumulate, adamw } = kernels[job.memory]!;
  const addresses = job.addresses.map((address) => address + start * 4);
  const [first, second, third, fourth] = addresses as [number, number, number, number];
  if (job.kernel === 'squaredNorm') return squaredNorm(first, end - start);
  if (job.kernel === 'accumulate') accumulate(first, second, end - start);
  else adamw(first, second, third, fourth, end - start, ...job.rates);
  return 0;
}
