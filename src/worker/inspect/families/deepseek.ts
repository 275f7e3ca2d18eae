// DeepSeek-V2 (2405.04434) and V3 (2412.19437): latent attention, shared experts, the first layers dense; V3 chooses experts
// by sigmoid scores plus a bias that is no part of the weights.
import { type Family, gateRouter, inLayer, projections } from './family.ts';

const bias = inLayer('mlp\\.gate\\.e_score_correction_bias');
const latent = {
  pattern: inLayer('self_attn\\.kv_a_proj_with_mqa\\.weight'),
  says: 'keys and values come from a latent vector (MLA)',
};

const common = {
  router: gateRouter,
  routerOrder: 'experts-first',
  experts: projections,
  shared: inLayer('mlp\\.shared_experts\\..+\\.weight'),
} as const;

export const deepseekV2: Family = {
  ...common,
  name: 'deepseek-v2',
  label: 'DeepSeek-V2',
  modelTypes: ['deepseek_v2'],
  signs: [latent, { pattern: gateRouter, says: 'routers are called mlp.gate, without a correction bias' }],
  absent: [bias],
};

export const deepseekV3: Family = {
  ...common,
  name: 'deepseek-v3',
  label: 'DeepSeek-V3',
  modelTypes: ['deepseek_v3'],
  signs: [latent, { pattern: bias, says: 'routers have an e_score_correction_bias' }],
  routerBias: bias,
};
