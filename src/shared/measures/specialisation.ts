// Cards of what routers and experts have come to do: how alike experts are, how fixed and how specialised the routing is.
import { type MeasureCard, olmoePaper, simbalArxiv, simbalPaper } from './card.ts';

const rate =
  'The difference of two evaluations in a row over the tokens trained between them; null where there are none.';

export const specialisationMeasures: readonly MeasureCard[] = [
  {
    key: 'pes',
    name: 'PES, pairwise expert similarity',
    unit: null,
    better: 'lower',
    definition: 'The mean cosine of the outputs of two experts for the same token, over all pairs of experts.',
    formula: '2/(E(E − 1))·Σ_{i<j} cos(fᵢ(x), fⱼ(x)), averaged over tokens x',
    latex: String.raw`\frac{2}{E(E-1)} \sum_{i<j} \cos\big(f_i(x), f_j(x)\big)`,
    source: { work: simbalPaper, place: null, arxiv: simbalArxiv },
    caveats: [
      'Over all E experts, not those that the token was routed to: of most experts it is the output for tokens they never see.',
      'From a sample of validation tokens; the standard error over tokens is given with it.',
      'Lower is less redundant, which is not yet a better model.',
    ],
  },
  {
    key: 'minimum-pes',
    name: 'Min PES',
    unit: null,
    better: 'lower',
    definition: 'PES of the layer in which it is lowest.',
    formula: 'min over layers of PES',
    latex: String.raw`\min_{\ell} \mathrm{PES}_{\ell}`,
    source: { work: simbalPaper, place: null, arxiv: simbalArxiv },
    caveats: ['Which layer it is may change over training; the other layers are in PES by layer.'],
  },
  {
    key: 'pes-rate',
    name: 'Rate of change of PES',
    unit: 'per training token',
    better: 'neither',
    definition: 'How fast PES, as its mean over layers, changes with training.',
    formula: '(PES(t₂) − PES(t₁)) / (t₂ − t₁)',
    latex: String.raw`\frac{\overline{\mathrm{PES}}(t_2) - \overline{\mathrm{PES}}(t_1)}{t_2 - t_1}`,
    source: { work: simbalPaper, place: 'Fig. 3b', arxiv: simbalArxiv },
    caveats: [rate],
  },
  {
    key: 'minimum-pes-rate',
    name: 'Rate of change of Min PES',
    unit: 'per training token',
    better: 'neither',
    definition: 'How fast Min PES changes with training.',
    formula: '(Min PES(t₂) − Min PES(t₁)) / (t₂ − t₁)',
    latex: String.raw`\frac{\min_\ell \mathrm{PES}_\ell(t_2) - \min_\ell \mathrm{PES}_\ell(t_1)}{t_2 - t_1}`,
    source: { work: simbalPaper, place: 'Fig. 5', arxiv: simbalArxiv },
    caveats: [rate],
  },
  {
    key: 'router-saturation',
    name: 'Router saturation',
    unit: 'share of K',
    better: 'neither',
    definition:
      'How much of the set of experts that a token gets at a checkpoint is the set that it gets at the final one.',
    formula: '|𝓔ᵗ(x) ∩ 𝓔ᵀ(x)| / K, averaged over tokens x',
    latex: String.raw`\frac{1}{N} \sum_{x} \frac{|\mathcal{E}^{t}(x) \cap \mathcal{E}^{T}(x)|}{K}`,
    source: { work: olmoePaper, place: '§5.1', arxiv: '2409.02060' },
    caveats: [
      'Chance alone gives K/E under balance, and more where few experts take most tokens. It is 1 at the final checkpoint.',
    ],
  },
  {
    key: 'switch-rate',
    name: 'Switch rate',
    unit: 'share of K',
    better: 'neither',
    definition: 'The share of a token’s experts that are others at the next checkpoint.',
    formula: '1 − |𝓔ᵗ(x) ∩ 𝓔ᵗ⁺¹(x)| / K, averaged over tokens x',
    latex: String.raw`1 - \frac{1}{N} \sum_{x} \frac{|\mathcal{E}^{t}(x) \cap \mathcal{E}^{t+1}(x)|}{K}`,
    source: { work: olmoePaper, place: '§5.1, its saturation between neighbouring checkpoints', arxiv: '2409.02060' },
    caveats: ['It grows with the distance of the checkpoints: only equally spaced ones compare.'],
  },
  {
    key: 'domain-specialisation',
    name: 'Domain specialisation',
    unit: 'share of tokens',
    better: 'neither',
    definition: 'Of the tokens of a domain, the share that an expert of a layer is used for.',
    formula: 'N_{i,g} / N_g, g a domain',
    latex: String.raw`\frac{N_{i,g}}{N_g}`,
    source: { work: olmoePaper, place: '§5.3', arxiv: '2409.02060' },
    caveats: ['A router without preference gives K/E to every domain. Domains are the labels of the corpus.'],
  },
  {
    key: 'vocabulary-specialisation',
    name: 'Vocabulary specialisation',
    unit: 'share of occurrences',
    better: 'neither',
    definition:
      'Of the occurrences of a token id, the share that an expert of a layer is used for; for a whole expert its mean over the tokens that use it.',
    formula: 'N_{i,v} / N_v; of an expert Σᵥ (N_{i,v}/N_i)·(N_{i,v}/N_v)',
    latex: String.raw`\frac{N_{i,v}}{N_v}, \quad \sum_v \frac{N_{i,v}}{N_i} \frac{N_{i,v}}{N_v}`,
    source: { work: olmoePaper, place: '§5.4', arxiv: '2409.02060' },
    caveats: ['Rare token ids look specialised by chance: an id that occurs once has a share of 0 or 1.'],
  },
];
