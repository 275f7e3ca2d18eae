// Mixtral (2401.04088): w1 is the gate, w3 the up, w2 the down projection.
import { type Family, fused, inLayer, perExpert } from './family.ts';

export const mixtralExperts = [...perExpert('block_sparse_moe\\.experts', 'w1', 'w3', 'w2'), ...fused('mlp\\.experts')];

export const mixtral: Family = {
  name: 'mixtral',
  label: 'Mixtral',
  modelTypes: ['mixtral'],
  signs: [
    { pattern: inLayer('block_sparse_moe\\.experts\\.\\d+\\.w1\\.weight'), says: 'experts are called w1, w2, w3' },
  ],
  absent: [inLayer('input_layernorm\\.bias')],
  router: inLayer('(?:block_sparse_moe|mlp)\\.gate\\.weight'),
  routerOrder: 'experts-first',
  experts: mixtralExperts,
};
