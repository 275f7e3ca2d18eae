// A model as one setting runs it: the unpruned engine with another way of choosing, or an engine of its own with fewer weights.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { PruningSetting } from '../../shared/studies/pruning.ts';
import { isLessWork, layerOf } from '../../shared/studies/pruning-methods.ts';
import { createEngine } from '../engine/choose.ts';
import type { Compiled, Engine, HostArray } from '../engine/engine.ts';
import { type Selection, selectBest } from '../model/experts.ts';
import { prunedProgram } from '../programs/pruned.ts';
import {
  aboveThreshold,
  cumulativeShare,
  dropTop,
  fewerActive,
  inLayer,
  renormalised,
} from '../programs/selections.ts';
import { biasOfLayer } from '../train/training-state.ts';
import type { Plan } from './plan.ts';
import { prunedRow, prunedSpecifications, prunedState } from './pruned-weights.ts';
import type { UnprunedModel } from './unpruned-model.ts';

export interface Variant {
  engine: Engine;
  model: ModelConfiguration;
  /** Experts of each layer in this engine. */
  experts: readonly number[];
  /** [ΣE], layer after layer; null where the objective has none. */
  bias: Float32Array | null;
  select: Selection;
  /** Pruned where it is less work; a mask computes what it drops, or something in its place. */
  kind: 'pruned' | 'mask';
  close(): Promise<void>;
}

/** A setting that keeps all weights. */
export function dynamicVariant(unpruned: UnprunedModel, setting: PruningSetting): Variant {
  const { model } = unpruned.configuration;
  const layer = layerOf(setting);
  const active = setting.method === 'fewer-active' && layer === null ? setting.active : model.active;
  const asked = selectionOf(setting);
  const select = 'renormalise' in setting && setting.renormalise ? renormalised(asked) : asked;
  return {
    engine: unpruned.engine,
    model: { ...model, active },
    experts: new Array<number>(model.layers).fill(model.experts),
    bias: unpruned.bias,
    select: layer === null ? select : inLayer(layer, select),
    kind: skipsWork(setting, unpruned) ? 'pruned' : 'mask',
    close: async () => {},
  };
}

/** A setting that leaves whole experts out: an engine of its own holds the rest. */
export async function staticVariant(unpruned: UnprunedModel, plan: Plan): Promise<Variant> {
  const { configuration, checkpoint, kind, threads, bias } = unpruned;
  const { model } = configuration;
  const specifications = prunedSpecifications(model, plan);
  const engine = await createEngine(kind, specifications, threads);
  try {
    const read = prunedState(model, plan, checkpoint.read);
    for (const { name } of specifications) await engine.upload('parameter', name, await read('parameter', name));
  } catch (thrown) {
    await engine.dispose();
    throw thrown;
  }
  const rows = bias && plan.map((kept, layer) => prunedRow(biasOfLayer(bias, model.experts, layer), kept));
  return {
    engine,
    model,
    experts: plan.map((kept) => kept.length),
    bias: rows && Float32Array.from(rows.flatMap((row) => [...row])),
    select: selectBest,
    kind: 'pruned',
    close: () => engine.dispose(),
  };
}

/** Where shapes are static, dropped slots are computed. */
const skipsWork = (setting: PruningSetting, { kind }: UnprunedModel): boolean =>
  isLessWork(setting) && (kind !== 'onnx-webgpu' || !['threshold', 'dynamic'].includes(setting.method));

function selectionOf(setting: PruningSetting): Selection {
  switch (setting.method) {
    case 'drop-top':
      return dropTop(setting.experts);
    case 'threshold':
      return aboveThreshold(setting.threshold, setting.keepOne);
    case 'dynamic':
      return cumulativeShare(setting.share);
    case 'fewer-active':
      return fewerActive(setting.active);
    default:
      return selectBest;
  }
}

export const compileVariant = ({ engine, model, experts, bias, select }: Variant, batch: number): Promise<Compiled> =>
  engine.compile(prunedProgram(model, { batch, experts, withBias: bias !== null, select }));

export const inputsOf = (
  { bias }: Variant,
  batch: { tokens: Int32Array; targets: Int32Array },
): Record<string, HostArray> => ({ tokens: batch.tokens, targets: batch.targets, ...(bias && { bias }) });
