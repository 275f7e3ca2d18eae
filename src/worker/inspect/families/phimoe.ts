// Phi-3.5-MoE: the names of Mixtral, but its norms are LayerNorms with biases.
import { type Family, inLayer } from './family.ts';
import { mixtralExperts } from './mixtral.ts';

export const phimoe: Family = {
  name: 'phimoe',
  label: 'Phi-MoE',
  modelTypes: ['phimoe'],
  signs: [
    { pattern: inLayer('block_sparse_moe\\.experts\\.\\d+\\.w1\\.weight'), says: 'experts are called w1, w2, w3' },
    { pattern: inLayer('input_layernorm\\.bias'), says: 'norms have biases, unlike those of Mixtral' },
  ],
  router: inLayer('(?:block_sparse_moe\\.gate|mlp\\.router)\\.weight'),
  routerOrder: 'experts-first',
  experts: mixtralExperts,
};
