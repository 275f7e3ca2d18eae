// GPT-OSS: all experts of a layer in one tensor [E, in, out], gate and up one by one; routers with biases. Published in MXFP4, whose
// unpacked blocks are [E, out, in]: a tensor that is stored so is turned (see ../experts.ts).
import { type Family, inLayer } from './family.ts';

export const gptOss: Family = {
  name: 'gpt-oss',
  label: 'GPT-OSS',
  modelTypes: ['gpt_oss'],
  signs: [
    { pattern: inLayer('mlp\\.router\\.weight'), says: 'routers are called mlp.router' },
    { pattern: inLayer('mlp\\.experts\\.gate_up_proj_bias'), says: 'packed gate and up projections have biases' },
    { pattern: inLayer('self_attn\\.sinks'), says: 'attention has sinks' },
  ],
  router: inLayer('mlp\\.router\\.weight'),
  routerOrder: 'experts-first',
  routerBias: inLayer('mlp\\.router\\.bias'),
  experts: [
    { pattern: inLayer('mlp\\.experts\\.gate_up_proj'), matrix: 'gate-up', order: 'in-out', packing: 'interleaved' },
    { pattern: inLayer('mlp\\.experts\\.down_proj'), matrix: 'down', order: 'in-out' },
  ],
};
