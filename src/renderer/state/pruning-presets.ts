// Experiments that answer one question each, as far as the experts of the chosen models go. Pure.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { pruningCriteria } from '../../shared/studies/pruning.ts';
import { sweptDrops, sweptRatios, sweptThresholds } from '../../shared/studies/pruning-sweeps.ts';
import { mergers, type PruningForm } from './pruning-form.ts';

type Experiments = Pick<
  PruningForm,
  | 'dropTop'
  | 'threshold'
  | 'active'
  | 'dynamic'
  | 'criteria'
  | 'mergers'
  | 'ratios'
  | 'scopes'
  | 'reversed'
  | 'draws'
  | 'singly'
>;

export interface PruningPreset {
  label: string;
  about: string;
  experiments: (models: readonly ModelConfiguration[]) => Experiments;
}

const nothing: Experiments = {
  dropTop: '',
  threshold: '',
  active: '',
  dynamic: '',
  criteria: [],
  mergers: [],
  ratios: '',
  scopes: ['layer'],
  reversed: false,
  draws: '3',
  singly: false,
};

const text = (values: readonly number[]) => values.join(', ');
/** What every model can do. */
const common = (models: readonly ModelConfiguration[], of: (model: ModelConfiguration) => readonly number[]) => {
  const [first = [], ...others] = models.map(of);
  return text(first.filter((value) => others.every((other) => other.includes(value))));
};
const dropTop = (models: readonly ModelConfiguration[]) => common(models, sweptDrops);
const threshold = text(sweptThresholds);
const ratios = (models: readonly ModelConfiguration[]) => common(models, sweptRatios);
const oneOf = (list: string, wanted: string) => (list.split(', ').includes(wanted) ? wanted : '');
const fewer = (models: readonly ModelConfiguration[]) =>
  common(models, ({ active }) => Array.from({ length: active - 1 }, (_, index) => index + 1));

export const presets: readonly PruningPreset[] = [
  {
    label: 'Figure 4',
    about: 'drop each token’s best experts: a steeper rise means less redundancy',
    experiments: (models) => ({ ...nothing, dropTop: dropTop(models) }),
  },
  {
    label: 'Table 6',
    about: 'drop chosen experts of little weight: perplexity against measured seconds',
    experiments: () => ({ ...nothing, threshold }),
  },
  {
    label: 'Static removal, all criteria',
    about: 'take whole experts away, beside random draws and reversed controls',
    experiments: (models) => ({ ...nothing, criteria: pruningCriteria, ratios: ratios(models), reversed: true }),
  },
  {
    label: 'Single layers',
    about: 'which layers can bear it: the best expert dropped, or half of the experts gone, in one layer at a time',
    experiments: (models) => ({
      ...nothing,
      dropTop: oneOf(dropTop(models), '1'),
      criteria: ['reap'],
      ratios: oneOf(ratios(models), '0.5') || ratios(models),
      singly: true,
    }),
  },
  {
    label: 'Everything',
    about: 'all of it, with fewer active experts, dynamic K, merging and both scopes',
    experiments: (models) => ({
      dropTop: dropTop(models),
      threshold,
      active: fewer(models),
      dynamic: '0.5, 0.7, 0.9',
      criteria: pruningCriteria,
      mergers,
      ratios: ratios(models),
      scopes: ['layer', 'global'],
      reversed: true,
      draws: '3',
      singly: false,
    }),
  },
];

export const emptyForm: PruningForm = {
  ...nothing,
  keepOne: true,
  renormalise: false,
  tokens: '16384',
  calibrationTokens: '32768',
  calibrationSeed: '0',
  batches: '1, 8',
  repeats: '9',
  export: false,
};

/** Figure 4 and Table 6 at once: what `simbal prune` asks for too. */
export const firstForm = (models: readonly ModelConfiguration[]): PruningForm => ({
  ...emptyForm,
  dropTop: dropTop(models),
  threshold,
});
