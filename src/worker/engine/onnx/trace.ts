// A program to an ONNX model: runs it once over the traced backend and serialises what was written down.
import type { ParameterTensors } from '../../model/parameters.ts';
import type { Program } from '../engine.ts';
import { type Tensor, tf } from '../tf.ts';
import { type Grouping, traceBackends } from './lowerings.ts';
import type { OnnxValue } from './proto.ts';
import { stopOutput } from './runtime.ts';
import type { Slot } from './slots.ts';
import { elementType, type TraceBackend } from './trace-backend.ts';

export interface TracedProgram {
  model: Uint8Array;
  nodes: number;
  /** What the program returns, by its own names. */
  outputs: OnnxValue[];
  /** Name of each slot's gradient among the model's outputs; empty when nothing is differentiated. */
  gradients: Map<string, string>;
}

/** Names of the model's inputs: programs and slots cannot collide. */
export const slotInput = (slot: string): string => `state/${slot}`;

export const largestLoadOutput = 'state/largest-load';

export interface TraceOptions {
  grouping: Grouping;
  /** Rows of each expert in a padded grouping. */
  capacity?: number;
  /** Puts an output first at which ONNX Runtime's binding stops (see runtime.ts). */
  stop?: boolean;
}

export function traceProgram(program: Program, slots: readonly Slot[], options: TraceOptions): TracedProgram {
  const { name, backend } = traceBackends[options.grouping];
  // The backend initialises at once, so nothing is left to wait for.
  void tf.setBackend(name);
  backend.begin(options.capacity ?? 0);
  tf.engine().startScope(program.name);
  try {
    const inputs = Object.fromEntries(
      Object.entries(program.inputs).map(([input, { shape, dtype }]) => [
        input,
        backend.placeholder(input, shape, dtype),
      ]),
    );
    const states = slots.map((slot) => backend.placeholder(slotInput(slot.name), slot.shape, 'float32'));
    const parameters = parameterTensors(slots, states);
    let results: Record<string, Tensor> = {};
    let gradients: (Tensor | undefined)[] = [];
    if (program.differentiate === undefined) results = program.build(inputs, parameters);
    else {
      const differentiated = program.differentiate;
      const loss = () => {
        results = program.build(inputs, parameters);
        return results[differentiated]!;
      };
      gradients = tf.engine().gradients(loss, states, undefined, true).grads;
    }
    const outputs = Object.entries(results).map(([output, tensor]) => ({
      ...backendValue(output, tensor),
      source: backend.nameOf(tensor),
    }));
    const gradientOutputs =
      program.differentiate === undefined
        ? []
        : slots.map((slot, index) => {
            const tensor = gradients[index] ?? tf.zeros([...slot.shape]);
            return { ...backendValue(`gradient/${slot.name}`, tensor), source: backend.nameOf(tensor) };
          });
    const load = largestLoad(backend);
    const all = [...outputs, ...gradientOutputs, ...(load ? [load] : [])];
    if (options.stop) all.unshift(stop(backend));
    const { model, nodes } = backend.graph.encode(all);
    return {
      model,
      nodes,
      outputs,
      gradients: new Map(
        slots.flatMap(({ name }, index) => (gradientOutputs[index] ? [[name, gradientOutputs[index].name]] : [])),
      ),
    };
  } finally {
    tf.engine().endScope();
  }
}

function stop({ graph }: TraceBackend) {
  const source = graph.node('SequenceConstruct', [graph.constant('float32', [1], [0])]);
  return { name: stopOutput, type: 'float32' as const, shape: [1], sequence: true, source };
}

/** The largest load of any expert in any layer: where it is above the capacity, the padded result is wrong. */
function largestLoad({ graph, loads }: TraceBackend) {
  if (loads.length === 0) return null;
  const all = graph.node('Concat', loads, { axis: 0 });
  const source = graph.node('ReduceMax', [all, graph.indices([0])], { keepdims: 0 });
  return { name: largestLoadOutput, type: 'float32' as const, shape: [], source };
}

function backendValue(name: string, { shape, dtype }: Tensor): OnnxValue {
  return { name, type: elementType(dtype), shape };
}

function parameterTensors(slots: readonly Slot[], states: readonly Tensor[]): ParameterTensors {
  const byName = new Map(slots.map(({ name }, index) => [name, states[index]!]));
  const byGroup = Map.groupBy(
    slots.map((slot, index) => ({ group: slot.members[0]!.group, state: states[index]! })),
    ({ group }) => group,
  );
  return {
    one(name) {
      const found = byName.get(name);
      if (!found) throw new Error(`The model has no parameter ${name}.`);
      return found;
    },
    group(name) {
      const found = byGroup.get(name);
      if (!found) throw new Error(`The model has no group ${name}.`);
      return found.map(({ state }) => state);
    },
  };
}
