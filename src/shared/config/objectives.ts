// What each balancing objective is called and where it comes from: labels, formulas, sources and colours, the same in
// every table, chart and report. The mathematics is the worker's.
import { type Field, objectiveFields } from './fields.ts';
import type { ObjectiveKind, ObjectiveTerm, RunConfiguration } from './schema.ts';

export interface ObjectiveDescription {
  key: ObjectiveKind | 'none';
  /** In legends and tables. */
  label: string;
  title: string;
  /** Of one layer, without its coefficient. */
  formula: string;
  source: string;
  /** Null where the source is not on arXiv. */
  arxiv: string | null;
  note: string;
  /** The field that scales it, with default and range; null for none. */
  strength: Field | null;
}

/** Every objective, none first and then in the order in which a sum names its terms. */
export const objectives: readonly ObjectiveDescription[] = [
  {
    key: 'none',
    label: 'none',
    title: 'No balancing',
    formula: '0',
    source: 'Omi, Sen, Farhadi: Load Balancing Mixture of Experts with Similarity Preserving Routers',
    arxiv: '2506.14038',
    note: 'The baseline on which routing may collapse.',
    strength: null,
  },
  describe('simbal', {
    label: 'SimBal',
    title: 'Similarity-preserving router',
    formula: '‖RᵀR − I‖₁, the sum of the absolute values of all E² entries',
    source: 'Omi, Sen, Farhadi: Load Balancing Mixture of Experts with Similarity Preserving Routers',
    arxiv: '2506.14038',
    note: 'Sees only the router, never a token; the router starts orthogonal.',
  }),
  describe('lbl-sequence', {
    label: 'LBL',
    title: 'Load-balancing loss per sequence',
    formula: 'E · Σᵢ fᵢ · Pᵢ on the top-K-masked gates of a sequence, averaged over sequences',
    source: 'Omi, Sen, Farhadi: Load Balancing Mixture of Experts with Similarity Preserving Routers',
    arxiv: '2506.14038',
    note: 'The baseline of the paper: fᵢ is the share of tokens with a gate above 0, Pᵢ the mean masked gate.',
  }),
  describe('lbl-micro-batch', {
    label: 'LBL (micro-batch)',
    title: 'Load-balancing loss over the micro-batch',
    formula: 'E · Σᵢ fᵢ · Pᵢ over the micro-batch, P from the full softmax',
    source: 'Fedus, Zoph, Shazeer: Switch Transformers',
    arxiv: '2101.03961',
    note: 'As in Switch Transformers and OLMoE.',
  }),
  describe('lbl-global-batch', {
    label: 'LBL (global batch)',
    title: 'Load-balancing loss over the optimizer batch',
    formula: 'E · Σᵢ fᵢ · Pᵢ with f counted over the whole optimizer batch',
    source:
      'Qiu et al.: Demons in the Detail: On Implementing Load Balancing Loss for Training Specialized Mixture-of-Expert Models',
    arxiv: '2501.11873',
    note: 'Differs from the micro-batch only where micro-batches are accumulated.',
  }),
  describe('router-z', {
    label: 'router z-loss',
    title: 'Router z-loss',
    formula: 'mean(logsumexp(router logits)²)',
    source: 'Zoph et al.: ST-MoE: Designing Stable and Transferable Sparse Expert Models',
    arxiv: '2202.08906',
    note: 'Keeps router logits small; balances nothing by itself.',
  }),
  describe('normalised-gram', {
    label: 'normalised Gram',
    title: 'Router orthogonality without scale',
    formula: "mean((ŴŴᵀ − I)²), Ŵ the experts' router vectors at unit norm",
    source: 'Baidu: ERNIE 4.5 Technical Report',
    arxiv: null,
    note: 'Beside SimBal it tells direction from scale.',
  }),
  describe('loss-free-bias', {
    label: 'loss-free bias',
    title: 'Auxiliary-loss-free bias',
    formula: 'top K of s + b, weighted by s; after each batch b += u · sign(mean load − load)',
    source: 'Wang et al.: Auxiliary-Loss-Free Load Balancing Strategy for Mixture-of-Experts',
    arxiv: '2408.15664',
    note: 'Adds no gradient; counts are of the past batch.',
  }),
];

type Words = Omit<ObjectiveDescription, 'key' | 'strength'>;

function describe(key: ObjectiveKind, words: Words): ObjectiveDescription {
  const strength = objectiveFields[key].find((field) => field.path === 'coefficient' || field.path === 'rate')!;
  return { key, ...words, strength };
}

const none = objectives[0]!;

type Terms = readonly Pick<ObjectiveTerm, 'kind'>[];

/** The descriptions of a sum's terms, in canonical order whatever theirs; that of none for the empty sum. */
export function describeObjective(terms: Terms): ObjectiveDescription[] {
  const described = objectives.filter(({ key }) => terms.some(({ kind }) => kind === key));
  return described.length > 0 ? described : [none];
}

/** "none", "LBL", "SimBal + LBL"; coefficients do not show. */
export function objectiveLabel(terms: Terms): string {
  return describeObjective(terms)
    .map(({ label }) => label)
    .join(' + ');
}

/** A label within a sentence: 'none' would be read there as 'not any', so that its title stands for it. */
export const inSentence = (label: string): string => (label === none.label ? none.title.toLowerCase() : label);

/** The same where a sentence begins; a name begins as its owner wrote it. */
export const atStart = (label: string): string => (label === none.label ? none.title : label);

/** 'none', 'simbal', 'simbal+lbl-sequence': equal for runs of one kind of objective, to group them by. */
export function objectiveKey(terms: Terms): string {
  return describeObjective(terms)
    .map(({ key }) => key)
    .join('+');
}

/** Okabe and Ito's colours, and a grey: told apart by every kind of colour vision. */
export const colours = {
  grey: '#7f7f7f',
  orange: '#e69f00',
  blue: '#0072b2',
  sky: '#56b4e9',
  green: '#009e73',
  yellow: '#f0e442',
  vermillion: '#d55e00',
  purple: '#cc79a7',
} as const;

export type ColourKey = keyof typeof colours;

const colourOf: Readonly<Record<ObjectiveDescription['key'], ColourKey>> = {
  none: 'grey',
  simbal: 'blue',
  'lbl-sequence': 'orange',
  'lbl-micro-batch': 'vermillion',
  'lbl-global-batch': 'yellow',
  'router-z': 'grey',
  'normalised-gram': 'sky',
  'loss-free-bias': 'green',
};

/** The same colour everywhere for the same objective. Router z-loss does not change it, being no balancing; other sums share purple. */
export function objectiveColour(terms: Terms): ColourKey {
  const balancing = describeObjective(terms.filter(({ kind }) => kind !== 'router-z'));
  return balancing.length > 1 ? 'purple' : colourOf[balancing[0]!.key];
}

/** The router's initialisation as the paper pairs it: orthogonal with SimBal, normal otherwise. */
export function withPairedRouterInit(configuration: RunConfiguration): RunConfiguration {
  const { model, objective } = configuration;
  const orthogonal = objective.some(({ kind }) => kind === 'simbal');
  return { ...configuration, model: { ...model, routerInit: orthogonal ? 'orthogonal' : 'normal' } };
}
