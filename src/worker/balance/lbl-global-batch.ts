// Load-balancing loss over the global batch (2501.11873): as over the micro-batch, with f counted over the whole optimizer batch.
// Where that is several micro-batches their counts come from a forward pass made beforehand, so the gradient is exact.
import { lblMicroBatch, lossOfShare } from './lbl-micro-batch.ts';
import type { LayerLoss } from './objective.ts';

export const lblGlobalBatch: LayerLoss = (layer) =>
  layer.globalShare === undefined ? lblMicroBatch(layer) : lossOfShare(layer, layer.globalShare);
