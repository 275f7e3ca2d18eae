// What a balancing objective is given and what it returns.
import type { Tensor } from '../engine/tf.ts';
import type { RouterPass } from '../model/experts.ts';

/** One layer's routing of a micro-batch of N = batch·context tokens. */
export interface LayerRouting extends RouterPass {
  batch: number;
  context: number;
  experts: number;
  active: number;
  /** Routed slots of each expert over tokens, over the whole optimizer batch: [E], no gradient; only where asked for. */
  globalShare?: Tensor;
}

/** A scalar loss of one layer, coefficient not yet applied. */
export type LayerLoss = (layer: LayerRouting) => Tensor;
