// The engine for a GPU: the same graphs on ONNX Runtime's WebGPU provider (Vulkan, D3D12, Metal). Parameters, gradients and moments
// stay in GPU memory; a step brings home its scalars alone.
//
// Traps: getData() on a GPU tensor aborts the process in ONNX Runtime 1.30, so values come home through a second tiny graph whose outputs
// are on the host. Expert rows are padded to a static capacity; a load above it is seen before anything is applied, and the
// program runs again with room for it: no token is ever dropped.
import { LabError } from '../../../shared/errors.ts';
import type { EngineDescription } from '../../../shared/worker-messages.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';
import type { Compiled, Engine, HostArray, HostTensor, Program, StateKind, Update } from '../engine.ts';
import { adamwRates } from './adamw-rates.ts';
import { Capacity } from './capacity.ts';
import { DeviceGraphs, type SlotState, zeros } from './device-graphs.ts';
import { inputTensors } from './inputs.ts';
import { createSession, type OrtTensor, type Session } from './runtime.ts';
import { places, type Slot, stackedSlots } from './slots.ts';
import { largestLoadOutput, slotInput, type TracedProgram, traceProgram } from './trace.ts';

/** Sizes of one program that stay compiled: each holds GPU memory, and loads wander between neighbours. */
const keptVariants = 2;

type States = Record<StateKind, Map<string, OrtTensor>>;

export class OnnxWebGpuEngine implements Engine {
  readonly description: EngineDescription;
  readonly parameters: readonly ParameterSpecification[];
  #slots: Slot[];
  #places: ReturnType<typeof places>;
  #graphs = new DeviceGraphs();
  /** What releases each compiled program. */
  #programs = new Set<() => Promise<void>>();
  #states: States = { parameter: new Map(), gradient: new Map(), firstMoment: new Map(), secondMoment: new Map() };
  /** Host values of slots on their way to the device. */
  #staged = new Map<string, { kind: StateKind; slot: Slot; data: Float32Array }>();
  /** The slot that was last brought home, for the members that are asked for one after the other. */
  #fetched: { kind: StateKind; slot: string; data: Float32Array } | null = null;

  constructor(parameters: readonly ParameterSpecification[], description: EngineDescription) {
    this.parameters = parameters;
    this.description = description;
    this.#slots = stackedSlots(parameters);
    this.#places = places(this.#slots);
  }

  async compile(program: Program): Promise<Compiled> {
    const variants = new Map<number, Promise<Variant>>();
    const variant = (rows: number): Promise<Variant> => {
      const known = variants.get(rows) ?? this.#compileVariant(program, rows);
      // The last used is the last of the map.
      variants.delete(rows);
      variants.set(rows, known);
      return known;
    };
    const release = async (keep = 0) => {
      for (const [rows, old] of [...variants].slice(0, Math.max(0, variants.size - keep))) {
        variants.delete(rows);
        await old.then(
          ({ session }) => session.release(),
          () => {},
        );
      }
    };
    const { grouped } = program;
    const capacity = grouped ? new Capacity(grouped.tokens, grouped.experts, grouped.active) : null;
    await variant(capacity?.rows ?? 0);
    this.#programs.add(release);
    return {
      run: async (inputs, { accumulate = false } = {}) => {
        await this.#flush();
        for (;;) {
          const rows = capacity?.rows ?? 0;
          const { traced, session } = await variant(rows);
          const results = await session.run({ ...this.#parameterFeeds(), ...inputTensors(program, inputs) });
          const load = (results[largestLoadOutput]?.data as Float32Array | undefined)?.[0] ?? 0;
          if (capacity && !capacity.follow(load)) {
            for (const name of traced.gradients.values()) results[name]!.dispose();
            continue;
          }
          await this.#keepGradients(traced, results, accumulate);
          await release(keptVariants);
          return Object.fromEntries(
            traced.outputs.map(({ name, shape }): [string, HostTensor] => [
              name,
              { shape, data: results[name]!.data as HostArray },
            ]),
          );
        }
      },
      dispose: async () => {
        this.#programs.delete(release);
        await release();
      },
    };
  }

  async upload(kind: StateKind, name: string, data: Float32Array): Promise<void> {
    const { slot, start, length } = this.#place(name);
    if (length !== data.length) {
      throw new LabError('engine', `${name} has ${length} numbers, not ${data.length}.`, { field: name });
    }
    const key = `${kind}/${slot.name}`;
    let staged = this.#staged.get(key);
    if (!staged) {
      const whole = slot.members.length === 1 ? new Float32Array(slot.length) : await this.#fetch(kind, slot);
      staged = { kind, slot, data: Float32Array.from(whole) };
      this.#staged.set(key, staged);
    }
    staged.data.set(data, start);
  }

  async download(kind: StateKind, name: string): Promise<Float32Array> {
    const { slot, start, length } = this.#place(name);
    const staged = this.#staged.get(`${kind}/${slot.name}`)?.data ?? (await this.#fetch(kind, slot));
    return staged.slice(start, start + length);
  }

  async gradientNorm(): Promise<number> {
    await this.#flush();
    return Math.sqrt(await this.#graphs.squaredNorm([...this.#states.gradient.values()]));
  }

  async update(update: Update): Promise<void> {
    await this.#flush();
    for (const matrices of [true, false]) {
      const slots = this.#slots.filter((slot) => slot.matrix === matrices && this.#states.gradient.has(slot.name));
      let done = 0;
      for await (const updated of this.#graphs.adamw(this.#slotStates(slots), adamwRates(update, matrices))) {
        const { name } = slots[done++]!;
        for (const kind of ['parameter', 'firstMoment', 'secondMoment'] as const) this.#put(kind, name, updated[kind]);
      }
    }
    this.#fetched = null;
  }

  async dispose(): Promise<void> {
    for (const states of Object.values(this.#states)) {
      for (const tensor of states.values()) tensor.dispose();
      states.clear();
    }
    for (const release of this.#programs) await release();
    await this.#graphs.dispose();
  }

  async #compileVariant(program: Program, capacity: number): Promise<Variant> {
    const traced = traceProgram(program, this.#slots, { grouping: 'padded', capacity });
    const onDevice = [...traced.gradients.values()];
    return { traced, session: await createSession(traced.model, { provider: 'webgpu', threads: 1, onDevice }) };
  }

  async #keepGradients(traced: TracedProgram, results: Record<string, OrtTensor>, accumulate: boolean): Promise<void> {
    for (const [slot, output] of traced.gradients) {
      const fresh = results[output]!;
      const before = this.#states.gradient.get(slot);
      if (!accumulate || !before) this.#put('gradient', slot, fresh);
      else {
        this.#put('gradient', slot, await this.#graphs.add(before, fresh));
        fresh.dispose();
      }
    }
    if (traced.gradients.size > 0) this.#fetched = null;
  }

  /** One after the other, so that zeros of a state not set yet are made as they are needed. */
  *#slotStates(slots: readonly Slot[]): Generator<SlotState> {
    const { parameter, gradient, firstMoment, secondMoment } = this.#states;
    for (const { name, shape } of slots) {
      yield {
        parameter: parameter.get(name) ?? zeros(shape),
        gradient: gradient.get(name)!,
        firstMoment: firstMoment.get(name) ?? zeros(shape),
        secondMoment: secondMoment.get(name) ?? zeros(shape),
      };
    }
  }

  #parameterFeeds(): Record<string, OrtTensor> {
    return Object.fromEntries(
      this.#slots.map(({ name, shape }) => [slotInput(name), this.#states.parameter.get(name) ?? zeros(shape)]),
    );
  }

  #put(kind: StateKind, slot: string, tensor: OrtTensor): void {
    this.#states[kind].get(slot)?.dispose();
    this.#states[kind].set(slot, tensor);
  }

  async #flush(): Promise<void> {
    for (const { kind, slot, data } of this.#staged.values()) {
      this.#put(kind, slot.name, await this.#graphs.toDevice(data, slot.shape));
    }
    this.#staged.clear();
    this.#fetched = null;
  }

  async #fetch(kind: StateKind, slot: Slot): Promise<Float32Array> {
    if (this.#fetched?.kind !== kind || this.#fetched.slot !== slot.name) {
      const tensor = this.#states[kind].get(slot.name);
      const data = tensor ? await this.#graphs.toHost(tensor) : new Float32Array(slot.length);
      this.#fetched = { kind, slot: slot.name, data };
    }
    return this.#fetched.data;
  }

  #place(name: string) {
    const place = this.#places.get(name);
    if (!place) throw new LabError('engine', `The model has no parameter ${name}.`, { field: name });
    return place;
  }
}

interface Variant {
  traced: TracedProgram;
  session: Session;
}
