// Small graphs over GPU tensors: bringing values to the device and home, sums, norms, and the AdamW update.
//
// Trap: ONNX Runtime ends its GPU context with the last session of the process. A GPU tensor that is freed after that aborts the process,
// and one that a session still holds at process.exit() ends it with a fault: dispose tensors first, then every session.

import { Graph } from './graph.ts';
import { ort } from './onnxruntime.ts';
import { createSession, type OrtTensor, type Session, tensorOver } from './runtime.ts';

export interface SlotState {
  parameter: OrtTensor;
  gradient: OrtTensor;
  firstMoment: OrtTensor;
  secondMoment: OrtTensor;
}

type Updated = Omit<SlotState, 'gradient'>;

/** Bytes of parameters that one update graph takes: old and new values of so many exist at once. */
const chunkBytes = 256 * 1024 ** 2;

/** Small graphs, compiled once a shape. */
export class DeviceGraphs {
  #sessions = new Map<string, Promise<Session>>();

  async toDevice(data: Float32Array, shape: readonly number[]): Promise<OrtTensor> {
    const session = await this.#copy(shape, true);
    return (await session.run({ x: tensorOver(data, shape) })).y!;
  }

  async toHost(tensor: OrtTensor): Promise<Float32Array> {
    const session = await this.#copy(tensor.dims, false);
    return Float32Array.from((await session.run({ x: tensor })).y!.data as Float32Array);
  }

  async add(a: OrtTensor, b: OrtTensor): Promise<OrtTensor> {
    const session = await this.#session(`add ${a.dims}`, true, (graph) => {
      const names = ['a', 'b'].map((name) => graph.input(name, 'float32', a.dims));
      return [{ name: 'y', source: graph.node('Add', names), shape: a.dims }];
    });
    return (await session.run({ a, b })).y!;
  }

  /** Σ of squares over all tensors; 0 when there are none. */
  async squaredNorm(tensors: readonly OrtTensor[]): Promise<number> {
    if (tensors.length === 0) return 0;
    const session = await this.#session(`norm ${tensors.map(({ dims }) => dims).join(';')}`, false, (graph) => {
      const sums = tensors.map(({ dims }, index) => {
        const x = graph.input(`x${index}`, 'float32', dims);
        const flat = graph.node('Reshape', [graph.node('Mul', [x, x]), graph.indices([-1])]);
        return graph.node('ReduceSum', [flat, graph.indices([0])], { keepdims: 1 });
      });
      const all = sums.length === 1 ? sums[0]! : graph.node('Concat', sums, { axis: 0 });
      return [{ name: 'y', source: all, shape: [sums.length] }];
    });
    const feeds = Object.fromEntries(tensors.map((tensor, index) => [`x${index}`, tensor]));
    const sums = (await session.run(feeds)).y!.data as Float32Array;
    return sums.reduce((total, sum) => total + sum, 0);
  }

  /**
   * New parameters and moments, one slot after the other; `rates` as adamw-rates gives them. The old tensors are the caller's to
   * dispose as it goes: old and new of one chunk exist at once, of the whole model never.
   */
  async *adamw(states: Iterable<SlotState>, rates: readonly number[]): AsyncGenerator<Updated, void> {
    const scalars = Object.fromEntries(
      rates.map((rate, index) => [`r${index}`, tensorOver(Float32Array.of(rate), [])]),
    );
    for (const chunk of chunks(states)) {
      const session = await this.#updateSession(
        chunk.map(({ parameter }) => parameter.dims),
        rates.length,
      );
      const feeds = Object.fromEntries(
        chunk.flatMap(({ parameter, gradient, firstMoment, secondMoment }, index) => [
          [`p${index}`, parameter],
          [`g${index}`, gradient],
          [`m${index}`, firstMoment],
          [`v${index}`, secondMoment],
        ]),
      );
      const results = await session.run({ ...scalars, ...feeds });
      for (const index of chunk.keys()) {
        yield {
          parameter: results[`newP${index}`]!,
          firstMoment: results[`newM${index}`]!,
          secondMoment: results[`newV${index}`]!,
        };
      }
    }
  }

  async dispose(): Promise<void> {
    for (const created of await Promise.allSettled(this.#sessions.values())) {
      if (created.status === 'fulfilled') await created.value.release();
    }
    this.#sessions.clear();
  }

  #copy(shape: readonly number[], onDevice: boolean): Promise<Session> {
    return this.#session(`copy ${onDevice} ${shape}`, onDevice, (graph) => {
      const x = graph.input('x', 'float32', shape);
      return [{ name: 'y', source: x, shape }];
    });
  }

  #updateSession(shapes: readonly (readonly number[])[], rateCount: number): Promise<Session> {
    return this.#session(`adamw ${shapes.join(';')}`, true, (graph) => {
      const rates = Array.from({ length: rateCount }, (_, index) => graph.input(`r${index}`, 'float32', []));
      const [scale, keep, firstRate, secondKeep, secondRate, stepSize, rootCorrection, epsilon] = rates;
      return shapes.flatMap((shape, index) => {
        const [p, g, m, v] = ['p', 'g', 'm', 'v'].map((name) => graph.input(`${name}${index}`, 'float32', shape));
        const binary = (operator: string, a: string, b: string) => graph.node(operator, [a, b]);
        const gradient = binary('Mul', g!, scale!);
        const first = binary('Add', m!, binary('Mul', binary('Sub', gradient, m!), firstRate!));
        const square = binary('Mul', binary('Mul', gradient, gradient), secondRate!);
        const second = binary('Add', binary('Mul', v!, secondKeep!), square);
        const root = binary('Div', graph.node('Sqrt', [second]), rootCorrection!);
        const change = binary('Div', binary('Mul', first, stepSize!), binary('Add', root, epsilon!));
        return [
          { name: `newP${index}`, source: binary('Sub', binary('Mul', p!, keep!), change), shape },
          { name: `newM${index}`, source: first, shape },
          { name: `newV${index}`, source: second, shape },
        ];
      });
    });
  }

  #session(
    key: string,
    onDevice: boolean,
    build: (graph: Graph) => { name: string; source: string; shape: readonly number[] }[],
  ): Promise<Session> {
    const known = this.#sessions.get(key);
    if (known) return known;
    const graph = new Graph();
    const outputs = build(graph).map((output) => ({ ...output, type: 'float32' as const }));
    const { model } = graph.encode(outputs);
    const names = outputs.map(({ name }) => name);
    const session = createSession(model, { provider: 'webgpu', threads: 1, ...(onDevice && { onDevice: names }) });
    this.#sessions.set(key, session);
    return session;
  }
}

/** Zeros on the host, which a run copies to the device: where no state has been set yet. */
export const zeros = (shape: readonly number[]): OrtTensor =>
  new ort.Tensor('float32', new Float32Array(shape.reduce((product, size) => product * size, 1)), shape);

function* chunks(states: Iterable<SlotState>): Generator<SlotState[]> {
  let chunk: SlotState[] = [];
  let bytes = 0;
  for (const state of states) {
    const size = state.parameter.size * 4;
    if (chunk.length > 0 && bytes + size > chunkBytes) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(state);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
