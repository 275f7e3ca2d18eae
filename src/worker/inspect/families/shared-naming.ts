// Models of no family known here whose routers and experts are called as those of most are (GLM-4.5, Kimi K2, dots.llm1 …). No entry
// of the list of families: it is asked last, where none of them fits, and it claims to know nothing else of the model.
import { type Family, gateRouter, inLayer, projections } from './family.ts';

export const sharedNaming: Family = {
  name: 'shared-naming',
  label: 'A mixture of no family known here',
  modelTypes: [],
  signs: [
    { pattern: gateRouter, says: 'routers are called mlp.gate' },
    {
      pattern: inLayer('mlp\\.experts\\.(?:\\d+\\.)?(?:gate_proj\\.weight|gate_up_proj)'),
      says: 'experts are called mlp.experts, as in most families',
    },
  ],
  router: gateRouter,
  routerOrder: 'experts-first',
  routerBias: inLayer('mlp\\.gate\\.e_score_correction_bias'),
  experts: projections,
  shared: inLayer('mlp\\.shared_experts?(?:_gate|\\..+)\\.weight'),
};
