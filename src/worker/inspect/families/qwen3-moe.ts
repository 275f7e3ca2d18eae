// Qwen3-MoE (2505.09388): queries and keys are normed head by head, no shared expert.
import { type Family, gateRouter, inLayer, projections } from './family.ts';

export const qwen3Moe: Family = {
  name: 'qwen3-moe',
  label: 'Qwen3-MoE',
  modelTypes: ['qwen3_moe'],
  signs: [
    { pattern: gateRouter, says: 'routers are called mlp.gate' },
    {
      pattern: inLayer('self_attn\\.q_norm\\.weight'),
      says: 'queries are normed head by head',
      shape: ([length], width) => length !== width,
    },
  ],
  absent: [inLayer('mlp\\.shared_experts?\\.gate_proj\\.weight')],
  router: gateRouter,
  routerOrder: 'experts-first',
  experts: projections,
};
