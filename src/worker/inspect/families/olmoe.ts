// OLMoE (2409.02060): queries and keys are normed over their whole width.
import { type Family, gateRouter, inLayer, projections } from './family.ts';

export const olmoe: Family = {
  name: 'olmoe',
  label: 'OLMoE',
  modelTypes: ['olmoe'],
  signs: [
    { pattern: gateRouter, says: 'routers are called mlp.gate' },
    {
      pattern: inLayer('self_attn\\.q_norm\\.weight'),
      says: 'queries are normed over the whole width',
      shape: ([length], width) => length === width,
    },
  ],
  absent: [inLayer('mlp\\.shared_experts?\\.gate_proj\\.weight'), inLayer('post_feedforward_layernorm\\.weight')],
  router: gateRouter,
  routerOrder: 'experts-first',
  experts: projections,
};
