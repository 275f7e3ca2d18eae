// The engine that runs everywhere: programs as ONNX graphs on ONNX Runtime's CPU kernels, the optimizer in WebAssembly, both
// over the same memory, so that a step allocates and copies nothing but its activations.
import { cpus } from 'node:os';
import { LabError } from '../../../shared/errors.ts';
import type { EngineDescription } from '../../../shared/worker-messages.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';
import type { Compiled, Engine, HostTensor, Program, StateKind, Update } from '../engine.ts';
import { adamwRates } from './adamw-rates.ts';
import { Arena } from './arena.ts';
import { inputTensors } from './inputs.ts';
import { compileOptimizer } from './optimizer-module.ts';
import { OptimizerThreads } from './optimizer-threads.ts';
import type { OnnxValue } from './proto.ts';
import { createSession, type OrtTensor, runInto, tensorOver } from './runtime.ts';
import { places, type Slot, separateSlots } from './slots.ts';
import { slotInput, traceProgram } from './trace.ts';

export class OnnxCpuEngine implements Engine {
  readonly description: EngineDescription;
  readonly parameters: readonly ParameterSpecification[];
  #slots: Slot[];
  #places: ReturnType<typeof places>;
  #arena: Arena;
  #threads: OptimizerThreads;
  #states: Record<string, OrtTensor>;

  constructor(parameters: readonly ParameterSpecification[], threads: number) {
    this.parameters = parameters;
    this.description = {
      kind: 'onnx-cpu',
      device: cpus()[0]?.model.trim() ?? 'CPU',
      software: false,
      threads,
    };
    this.#slots = separateSlots(parameters);
    this.#places = places(this.#slots);
    this.#arena = new Arena(this.#slots);
    this.#threads = new OptimizerThreads(compileOptimizer(), this.#arena.memories, threads);
    this.#states = Object.fromEntries(
      this.#slots.map(({ name, shape }) => [slotInput(name), tensorOver(this.#arena.view('parameter', name), shape)]),
    );
  }

  async compile(program: Program): Promise<Compiled> {
    const traced = traceProgram(program, this.#slots, { grouping: 'ragged', stop: true });
    const session = await createSession(traced.model, { provider: 'cpu', threads: this.description.threads });
    const gradients = (region: 'gradient' | 'addend') =>
      Object.fromEntries(
        this.#slots.flatMap(({ name, shape }): [string, OrtTensor][] => {
          const output = traced.gradients.get(name);
          return output === undefined ? [] : [[output, tensorOver(this.#arena.view(region, name), shape)]];
        }),
      );
    const own = gradients('gradient');
    let addend: Record<string, OrtTensor> | undefined;
    return {
      run: async (inputs, { accumulate = false } = {}) => {
        if (accumulate) addend ??= gradients('addend');
        const outputs = Object.fromEntries(traced.outputs.map((value) => [value.name, hostTensor(value)]));
        const tensors = Object.fromEntries(
          Object.entries(outputs).map(([name, { data, shape }]) => [name, tensorOver(data, shape)]),
        );
        const feeds = { ...this.#states, ...inputTensors(program, inputs) };
        await runInto(session, feeds, { ...tensors, ...(accumulate ? addend : own) });
        if (accumulate) await this.#threads.run(this.#arena.accumulateJobs());
        return outputs;
      },
      dispose: () => session.release(),
    };
  }

  async upload(kind: StateKind, name: string, data: Float32Array): Promise<void> {
    const view = this.#view(kind, name);
    if (view.length !== data.length) {
      throw new LabError('engine', `${name} has ${view.length} numbers, not ${data.length}.`, { field: name });
    }
    view.set(data);
  }

  async download(kind: StateKind, name: string): Promise<Float32Array> {
    return Float32Array.from(this.#view(kind, name));
  }

  async gradientNorm(): Promise<number> {
    return Math.sqrt(await this.#threads.run(this.#arena.normJobs()));
  }

  async update(update: Update): Promise<void> {
    await this.#threads.run(this.#arena.updateJobs((matrices) => adamwRates(update, matrices)));
  }

  async dispose(): Promise<void> {
    await this.#threads.dispose();
  }

  #view(kind: StateKind, name: string): Float32Array {
    const place = this.#places.get(name);
    if (!place) throw new LabError('engine', `The model has no parameter ${name}.`, { field: name });
    return this.#arena.view(kind, place.slot.name).subarray(place.start, place.start + place.length);
  }
}

function hostTensor({ shape, type }: OnnxValue): HostTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: type === 'int32' ? new Int32Array(length) : new Float32Array(length) };
}
