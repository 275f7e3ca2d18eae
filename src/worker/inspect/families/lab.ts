// This lab's own checkpoints: every matrix [in, out], the router [D, E].
import { type Family, inLayer } from './family.ts';

export const lab: Family = {
  name: 'lab',
  label: 'SimBal Lab',
  modelTypes: [],
  signs: [
    { pattern: /^embedding$/, says: 'the embedding is called "embedding"' },
    { pattern: inLayer('experts\\.\\d+\\.gate'), says: 'experts are called layers.N.experts.M.gate, up, down' },
  ],
  router: inLayer('router'),
  routerOrder: 'width-first',
  routerBias: inLayer('router\\.bias'),
  experts: (['gate', 'up', 'down'] as const).map((matrix) => ({
    pattern: inLayer(`experts\\.(?<expert>\\d{1,6})\\.${matrix}`),
    matrix,
    order: 'in-out',
  })),
};
