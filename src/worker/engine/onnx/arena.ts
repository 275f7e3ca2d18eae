// The state of a model in memory shared between ONNX Runtime (which reads parameters and writes gradients) and the optimizer's threads.
// One memory holds, one after the other, a region for each kind of state, laid out alike: matrices first, then vectors.
// WebAssembly addresses 4 GiB, so a large model has several memories.
import { LabError } from '../../../shared/errors.ts';
import type { StateKind } from '../engine.ts';
import type { Job } from './optimizer-module.ts';
import type { Slot } from './slots.ts';

/** 'addend' receives the gradient of a micro-batch that is added to those before it; untouched it costs no memory. */
export type Region = StateKind | 'addend';
const regions: readonly Region[] = ['parameter', 'gradient', 'firstMoment', 'secondMoment', 'addend'];

const pageBytes = 65_536;
/** Floats: 64 bytes, a cache line. */
const alignment = 16;
const capacityFloats = (4 * 1024 ** 3 - pageBytes) / 4 / regions.length;

interface Stretch {
  memory: number;
  /** Floats from the start of a region. */
  start: number;
  length: number;
  matrices: boolean;
}

export class Arena {
  readonly memories: WebAssembly.Memory[] = [];
  #views = new Map<string, Float32Array>();
  #stretches: Stretch[] = [];
  #regionFloats: number[] = [];

  constructor(slots: readonly Slot[]) {
    for (const bin of bins(slots)) this.#allocate(bin);
  }

  view(region: Region, slot: string): Float32Array {
    return this.#views.get(`${region}/${slot}`)!;
  }

  #allocate(slots: readonly Slot[]): void {
    const memory = this.memories.length;
    const ordered = [...slots.filter((slot) => slot.matrix), ...slots.filter((slot) => !slot.matrix)];
    const starts: number[] = [];
    let floats = 0;
    for (const slot of ordered) {
      starts.push(floats);
      floats += aligned(slot.length);
    }
    const vectors = starts[ordered.findIndex((slot) => !slot.matrix)] ?? floats;
    const pages = Math.ceil((floats * regions.length * 4) / pageBytes);
    const { buffer } = addMemory(this.memories, pages);
    regions.forEach((region, index) => {
      ordered.forEach((slot, at) => {
        const offset = (index * floats + starts[at]!) * 4;
        this.#views.set(`${region}/${slot.name}`, new Float32Array(buffer, offset, slot.length));
      });
    });
    this.#regionFloats.push(floats);
    this.#stretches.push({ memory, start: 0, length: vectors, matrices: true });
    this.#stretches.push({ memory, start: vectors, length: floats - vectors, matrices: false });
  }

  #address(stretch: Stretch, region: Region): number {
    return (regions.indexOf(region) * this.#regionFloats[stretch.memory]! + stretch.start) * 4;
  }

  normJobs(): Job[] {
    return this.#jobs((stretch, base) => ({
      ...base,
      kernel: 'squaredNorm',
      addresses: [this.#address(stretch, 'gradient')],
    }));
  }

  accumulateJobs(): Job[] {
    return this.#jobs((stretch, base) => ({
      ...base,
      kernel: 'accumulate',
      addresses: [this.#address(stretch, 'gradient'), this.#address(stretch, 'addend')],
    }));
  }

  /** `rates` of a stretch, by whether it holds matrices. */
  updateJobs(rates: (matrices: boolean) => number[]): Job[] {
    return this.#jobs((stretch, base) => ({
      ...base,
      kernel: 'adamw',
      addresses: [
        this.#address(stretch, 'parameter'),
        this.#address(stretch, 'gradient'),
        this.#address(stretch, 'firstMoment'),
        this.#address(stretch, 'secondMoment'),
      ],
      rates: rates(stretch.matrices),
    }));
  }

  #jobs(job: (stretch: Stretch, base: { memory: number; length: number }) => Job): Job[] {
    return this.#stretches
      .filter(({ length }) => length > 0)
      .map((stretch) => job(stretch, { memory: stretch.memory, length: stretch.length }));
  }
}

const aligned = (floats: number): number => Math.ceil(floats / alignment) * alignment;

function addMemory(memories: WebAssembly.Memory[], pages: number): WebAssembly.Memory {
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    memories.push(memory);
    return memory;
  } catch {
    const size = `${((pages * pageBytes) / 2 ** 30).toFixed(1)} GB`;
    throw new LabError('engine', `This machine has no ${size} of memory more for the state of the model.`, {
      remedy: 'Make the model smaller, or end other programs.',
    });
  }
}

/** Slots in order, split where a memory is full. */
function bins(slots: readonly Slot[]): Slot[][] {
  const all: Slot[][] = [[]];
  let used = 0;
  for (const slot of slots) {
    const floats = aligned(slot.length);
    if (floats > capacityFloats) {
      throw new LabError(
        'engine',
        `${slot.name} has ${slot.length} numbers; the engine onnx-cpu holds at most ${Math.floor(capacityFloats)} in one parameter.`,
        {
          field: slot.name,
          value: String(slot.length),
          remedy: 'Lower model.vocabulary, model.width or model.expertWidth.',
        },
      );
    }
    if (used + floats > capacityFloats && used > 0) {
      all.push([]);
      used = 0;
    }
    all.at(-1)!.push(slot);
    used += floats;
  }
  return all;
}
