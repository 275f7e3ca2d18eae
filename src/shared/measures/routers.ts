// Cards of the router matrix R itself, D × E, a column an expert.
import { type MeasureCard, simbalArxiv, simbalPaper, thisLab } from './card.ts';

export const routerMeasures: readonly MeasureCard[] = [
  {
    key: 'orthogonality',
    name: 'Router orthogonality (mean square)',
    unit: null,
    better: 'neither',
    definition: 'How far a router’s columns are from orthonormal: the mean square of the entries of RᵀR − I.',
    formula: '(1/E²)·Σᵢⱼ ((RᵀR − I)ᵢⱼ)²',
    latex: String.raw`\frac{1}{E^2} \sum_{ij} \big( (R^\top R - I)_{ij} \big)^2`,
    source: { work: simbalPaper, place: null, arxiv: simbalArxiv },
    caveats: [
      '0 is orthonormal. It mixes scale and direction: a router of zeros has 1/E.',
      'SimBal minimises it by design, so for SimBal it shows that the term works, not that it helps.',
    ],
  },
  {
    key: 'orthogonality-direction',
    name: 'Router orthogonality at unit length',
    unit: null,
    better: 'neither',
    definition:
      'How far the directions of a router’s columns are from orthogonal, whatever their lengths: the mean square of the entries of R̂ᵀR̂ − I, R̂ being R with columns of length 1.',
    formula: '(1/E²)·Σ_{i≠j} cos(rᵢ, rⱼ)²',
    latex: String.raw`\frac{1}{E^2} \sum_{i \ne j} \cos(r_i, r_j)^2`,
    source: { work: thisLab, place: 'the normalised Gram loss of ERNIE 4.5, as a measure', arxiv: null },
    caveats: [
      'Beside the mean square of RᵀR − I it tells scale from direction: where this one is small and that one is not, lengths differ from 1 and directions are fine.',
      'More experts than dimensions cannot all be orthogonal: at least (E/D − 1)/E then.',
    ],
  },
  {
    key: 'orthogonality-l1',
    name: 'Router orthogonality (L1)',
    unit: null,
    better: 'neither',
    definition: 'The SimBal loss of one layer without its coefficient: the sum of the absolute entries of RᵀR − I.',
    formula: '‖RᵀR − I‖₁ = Σᵢⱼ |(RᵀR − I)ᵢⱼ|',
    latex: String.raw`\lVert R^\top R - I \rVert_1 = \sum_{ij} \big| (R^\top R - I)_{ij} \big|`,
    source: { work: simbalPaper, place: null, arxiv: simbalArxiv },
    caveats: ['All E² entries are summed, so it grows with E: only routers of one size compare.'],
  },
  {
    key: 'singular-values',
    name: 'Singular values of R',
    unit: null,
    better: 'neither',
    definition: 'How strongly a router stretches the directions that it sees; all 1 where its columns are orthonormal.',
    formula: 'σₖ = √λₖ(RᵀR), k = 1…min(D, E)',
    latex: String.raw`\sigma_k = \sqrt{\lambda_k(R^\top R)}`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: [
      'Equal values tell a scaled orthogonal router from one of lower rank, which the mean square alone does not.',
    ],
  },
  {
    key: 'norm-load-correlation',
    name: 'Correlation of router norm and load',
    unit: null,
    better: 'neither',
    definition:
      'Whether experts with a longer router vector receive more tokens: Pearson’s correlation of both over a layer’s experts.',
    formula: 'corrᵢ(‖rᵢ‖₂, cᵢ)',
    latex: String.raw`\mathrm{corr}_i\big( \lVert r_i \rVert_2, c_i \big)`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: [
      'Undefined where all norms or all loads are equal, as with orthonormal columns.',
      'Over E points only: with few experts large values come by chance.',
    ],
  },
  {
    key: 'router-drift',
    name: 'Router drift',
    unit: null,
    better: 'neither',
    definition: 'How far a router has moved since an earlier checkpoint, relative to its size then.',
    formula: '‖R(t₂) − R(t₁)‖_F / ‖R(t₁)‖_F',
    latex: String.raw`\frac{\lVert R(t_2) - R(t_1) \rVert_F}{\lVert R(t_1) \rVert_F}`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: ['Adding one vector to all columns moves R and changes no routing: it is no switch rate.'],
  },
  {
    key: 'router-turn',
    name: 'Turn of the router’s columns',
    unit: null,
    better: 'neither',
    definition:
      'How far experts’ router vectors have turned since an earlier checkpoint: the mean over experts of the cosine between both.',
    formula: '(1/E)·Σᵢ cos(rᵢ(t₂), rᵢ(t₁))',
    latex: String.raw`\frac{1}{E} \sum_i \cos\big( r_i(t_2), r_i(t_1) \big)`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: ['1 is no turn, whatever became of the lengths: beside router drift it tells scale from direction.'],
  },
];
