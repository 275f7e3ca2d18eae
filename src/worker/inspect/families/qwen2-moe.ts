// Qwen1.5-MoE and Qwen2-MoE (2407.10671): one shared expert behind a sigmoid gate of its own.
import { type Family, gateRouter, inLayer, projections } from './family.ts';

export const qwen2Moe: Family = {
  name: 'qwen2-moe',
  label: 'Qwen2-MoE',
  modelTypes: ['qwen2_moe'],
  signs: [
    { pattern: gateRouter, says: 'routers are called mlp.gate' },
    { pattern: inLayer('mlp\\.shared_expert_gate\\.weight'), says: 'a shared expert has its own gate' },
  ],
  router: gateRouter,
  routerOrder: 'experts-first',
  experts: projections,
  shared: inLayer('mlp\\.shared_expert(?:_gate|\\..+)\\.weight'),
};
