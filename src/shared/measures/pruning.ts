// Cards of what is measured when experts are dropped: how they are dropped, by which scores, and what it buys. pᵢ is a token's
// router probability of expert i, gᵢ its gate, f(x) what an expert makes of it.
import { type MeasureCard, simbalArxiv, simbalPaper, thisLab } from './card.ts';

const reapPaper = 'Lasby et al.: REAP the Experts: Why Pruning Prevails for One-Shot MoE Compression';
const lost = 'nats a token';
const ranked = 'With a loss-free bias b experts are ranked by p + b; the gates of those that stay are as they were.';
const calibrated =
  'Measured on training tokens, the first that a run of that data seed trains on; their number and seed are part of the result. Never on the validation split.';
const lowestGo =
  'The lowest go first, of each layer or of all together, each layer keeping one; the softmax is then over those that stay, so their gates grow.';
const controls = 'It means something where it lies below random draws, and its reversed control above them.';

export const pruningMeasures: readonly MeasureCard[] = [
  {
    key: 'drop-top',
    name: 'Loss without the top experts',
    unit: lost,
    better: 'neither',
    definition:
      'The validation loss when, in every layer, each token’s m most probable experts are masked and it goes to the K best of the rest.',
    formula: 'L(m): experts of x = top K of p(x) without the top m of p(x)',
    latex: String.raw`\mathcal{E}_m(x) = \mathrm{top}_K \big( p(x) \setminus \mathrm{top}_m\, p(x) \big)`,
    source: { work: simbalPaper, place: 'Fig. 4, after DeepSeekMoE (2401.06066) §4.5', arxiv: simbalArxiv },
    caveats: [
      'A steeper rise means that others cannot stand in for the best: less redundancy, which is not yet a better model.',
      'The next experts have smaller gates, too: part of the rise is that less is added to the residual stream, unless gates are divided by their sum.',
      'A mask: others are computed in place of what is dropped, so it has no speed.',
      ranked,
    ],
  },
  {
    key: 'threshold-pruning',
    name: 'Threshold pruning',
    unit: null,
    better: 'neither',
    definition: 'Of a token’s K experts those are dropped whose probability is under τ, and are not computed.',
    formula: 'experts of x = {i in the top K of p(x) : pᵢ ≥ τ}',
    latex: String.raw`\{ i \in \mathrm{top}_K\, p(x) : p_i \ge \tau \}`,
    source: { work: simbalPaper, place: 'Table 6', arxiv: simbalArxiv },
    caveats: [
      'p is of the full softmax, whatever the model renormalises. The most probable expert always stays, unless the setting says “may leave none”.',
      'Gates stay as they are, unless the setting says “renormalised”.',
      'Seconds are of the forward passes of the validation run on this machine; only those of one machine and moment compare.',
      'Where an engine has static shapes (WebGPU) dropped slots are computed all the same: a mask, which has no speed.',
    ],
  },
  {
    key: 'dynamic-k',
    name: 'Dynamic K',
    unit: null,
    better: 'neither',
    definition: 'Of a token’s K experts the most probable stay until they hold a share τ of the K probabilities.',
    formula: 'expert i stays while Σ of p over those more probable < τ·Σ of p over the K',
    latex: String.raw`\sum_{j : p_j > p_i} p_j < \tau \sum_{j \in \mathrm{top}_K} p_j`,
    source: {
      work: 'Szatkowski et al.: Exploiting Activation Sparsity with Dense to Dynamic-k Mixture-of-Experts Conversion',
      place: 'its idea; there experts are ranked by the predicted norm of their output, here by probability',
      arxiv: '2310.04361',
    },
    caveats: [
      'At τ = 1 nothing is dropped; the most probable expert always stays.',
      'A share of probability decides how many in Huang et al. (2403.07652), too: there of all experts and while training, here of the K that the model was trained with.',
    ],
  },
  {
    key: 'frequency',
    name: 'Removal by frequency',
    unit: 'slots',
    better: 'neither',
    definition: 'The score of an expert is how many routed slots it has; the least used are removed first.',
    formula: 'cᵢ = #{x : i is one of the K of x}',
    latex: String.raw`c_i = \#\{ x : i \in \mathrm{top}_K(x) \}`,
    source: {
      work: 'Muzio, Sun, He: SEER-MoE: Sparse Expert Efficiency through Regularization for Mixture-of-Experts',
      place: 'heavy-hitters counting',
      arxiv: '2404.05089',
    },
    caveats: [lowestGo, calibrated, controls],
  },
  {
    key: 'gate-weighted-frequency',
    name: 'Removal by gate-weighted frequency',
    unit: 'sum of gates',
    better: 'neither',
    definition: 'The score of an expert is the sum of its gates over the tokens that are routed to it.',
    formula: 'Σ gᵢ(x) over the tokens x of expert i',
    latex: String.raw`\sum_{x : i \in \mathrm{top}_K(x)} g_i(x)`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: [
      'Unlike REAP a sum, not a mean: rare experts score low however sure their tokens are.',
      lowestGo,
      calibrated,
      controls,
    ],
  },
  {
    key: 'reap',
    name: 'Removal by REAP',
    unit: null,
    better: 'neither',
    definition:
      'The score of an expert is the mean, over the tokens that are routed to it, of its gate times the length of its output.',
    formula: '(1/cᵢ)·Σ gᵢ(x)·‖fᵢ(x)‖₂ over the tokens x of expert i; 0 without a token',
    latex: String.raw`\frac{1}{c_i} \sum_{x : i \in \mathrm{top}_K(x)} g_i(x) \lVert f_i(x) \rVert_2`,
    source: { work: reapPaper, place: null, arxiv: '2510.13999' },
    caveats: [
      'How often an expert is used does not count, but that one which nobody used goes first.',
      lowestGo,
      calibrated,
      controls,
    ],
  },
  {
    key: 'output-similarity',
    name: 'Removal and merging by output similarity',
    unit: 'one less a cosine',
    better: 'neither',
    definition:
      'Of the two experts of a layer whose outputs are most alike, the one with fewer slots goes, again and again.',
    formula: '1 − max over the others left of the mean of cos(fᵢ(x), fⱼ(x)), when the expert goes; 2 for the last',
    latex: String.raw`1 - \max_{j} \overline{\cos\big(f_i(x), f_j(x)\big)}`,
    source: { work: simbalPaper, place: 'the pairs of its PES', arxiv: simbalArxiv },
    caveats: [
      'Merged instead of removed, an expert that goes is averaged into the one that stays and is most like it: weights and router column, by slots. Neurons are averaged as they lie, not aligned first.',
      lowestGo,
      calibrated,
      controls,
    ],
  },
  {
    key: 'router-similarity',
    name: 'Removal and merging by router similarity',
    unit: 'one less a cosine',
    better: 'neither',
    definition:
      'The same as by output similarity, with the cosine of two experts’ router columns for that of their outputs.',
    formula: '1 − max over the others left of cos(rᵢ, rⱼ), when the expert goes; 2 for the last',
    latex: String.raw`1 - \max_{j} \cos(r_i, r_j)`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: [
      'With SimBal all columns are nearly orthogonal by design: their order is close to chance.',
      lowestGo,
      calibrated,
      controls,
    ],
  },
  {
    key: 'random',
    name: 'Removal at random',
    unit: null,
    better: 'neither',
    definition: 'The score of an expert is drawn uniformly: what removal costs without any knowledge.',
    formula: 'uᵢ uniform in [0, 1)',
    latex: String.raw`u_i \sim \mathcal{U}[0, 1)`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: ['The calibration’s seed and the number of the draw decide it: the same again gives the same.', lowestGo],
  },
  {
    key: 'layer-sensitivity',
    name: 'Sensitivity of single layers',
    unit: lost,
    better: 'lower',
    definition: 'The rise of the validation loss when one layer alone is pruned and all others are as they were.',
    formula: 'L(layer ℓ pruned) − L(unpruned)',
    latex: String.raw`L_{\ell} - L`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: [
      'Rises of single layers need not add up to that of all: what one layer loses, later ones may mend or make worse.',
      'On the same validation sequences; the 95% interval in the table is Student’s t over the differences of single sequences.',
    ],
  },
  {
    key: 'pruned-speed',
    name: 'Speed of a pruned model',
    unit: 'tokens/s, or multiples of the unpruned speed',
    better: 'higher',
    definition:
      'Tokens a second of a forward pass with loss, in turns with the unpruned model, after passes that are not counted.',
    formula: 'median over repeats of B·T / seconds of the pass; the multiple is that over the unpruned model’s',
    latex: String.raw`\mathrm{median}\; \frac{B\,T}{\Delta t}`,
    source: { work: thisLab, place: null, arxiv: null },
    caveats: [
      'Quartiles are shown with it: where those of the two models overlap, nothing is called faster.',
      'Only what really skips work has one: removed experts are gone from the weights, dropped slots are not computed.',
      'FLOPs are counted, not measured; at small batches they say little of the speed.',
    ],
  },
];
