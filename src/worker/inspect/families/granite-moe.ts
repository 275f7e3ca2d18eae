// GraniteMoE: all experts of a layer in two tensors, [E, 2F, D] and [E, D, F].
import { type Family, fused, inLayer } from './family.ts';

export const graniteMoe: Family = {
  name: 'granitemoe',
  label: 'GraniteMoE',
  modelTypes: ['granitemoe', 'granitemoeshared'],
  signs: [
    { pattern: inLayer('block_sparse_moe\\.router\\.layer\\.weight'), says: 'routers are called router.layer' },
    { pattern: inLayer('block_sparse_moe\\.input_linear\\.weight'), says: 'experts are stacked in input_linear' },
  ],
  router: inLayer('block_sparse_moe\\.router(?:\\.layer)?\\.weight'),
  routerOrder: 'experts-first',
  experts: [
    {
      pattern: inLayer('block_sparse_moe\\.input_linear\\.weight'),
      matrix: 'gate-up',
      order: 'out-in',
      packing: 'halves',
    },
    { pattern: inLayer('block_sparse_moe\\.output_linear\\.weight'), matrix: 'down', order: 'out-in' },
    ...fused('block_sparse_moe\\.experts'),
  ],
  shared: inLayer('shared_mlp\\..+\\.weight'),
};
