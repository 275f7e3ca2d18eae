// ERNIE 4.5: softmax routers whose choice, not whose weights, a correction bias moves; shared experts; first layers dense.
import { type Family, gateRouter, inLayer, projections } from './family.ts';

const bias = inLayer('mlp\\.(?:gate\\.)?moe_statics\\.e_score_correction_bias');

export const ernie: Family = {
  name: 'ernie4.5-moe',
  label: 'ERNIE 4.5 MoE',
  modelTypes: ['ernie4_5_moe'],
  signs: [
    { pattern: gateRouter, says: 'routers are called mlp.gate' },
    { pattern: bias, says: 'correction biases lie in moe_statics' },
  ],
  router: gateRouter,
  routerOrder: 'experts-first',
  routerBias: bias,
  experts: projections,
  shared: inLayer('mlp\\.shared_experts\\..+\\.weight'),
};
