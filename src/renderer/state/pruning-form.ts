// Pruning experiments as a person writes them down: lists as texts, an empty one leaves its experiment out. Checked as a whole by
// the schema and the rules of the worker itself. Pure.
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { PruningCriterion, PruningRequest, PruningSetting } from '../../shared/studies/pruning.ts';
import { pruningCriteria, pruningRequestSchema, pruningSettingSchema } from '../../shared/studies/pruning.ts';
import { withSettingNames } from '../../shared/studies/pruning-key.ts';
import { pruningProblems } from '../../shared/studies/pruning-rules.ts';
import { layerByLayer } from '../../shared/studies/pruning-sweeps.ts';

export type Scope = 'layer' | 'global';
export type Merger = Extract<PruningSetting, { method: 'merge' }>['similarity'];
export const mergers: readonly Merger[] = ['output-similarity', 'router-similarity'];

export interface PruningForm {
  dropTop: string;
  threshold: string;
  keepOne: boolean;
  active: string;
  dynamic: string;
  /** Of the four above. */
  renormalise: boolean;
  criteria: readonly PruningCriterion[];
  mergers: readonly Merger[];
  ratios: string;
  scopes: readonly Scope[];
  reversed: boolean;
  draws: string;
  /** Each of them in one layer at a time as well. */
  singly: boolean;
  tokens: string;
  calibrationTokens: string;
  calibrationSeed: string;
  batches: string;
  repeats: string;
  export: boolean;
}

/** Texts that are checked. */
export type FormField = {
  [Name in keyof PruningForm]: PruningForm[Name] extends string ? Name : never;
}[keyof PruningForm];

/** Where a problem is shown: beside its field, beside the runs, or under the whole. */
export type ProblemPlace = FormField | 'runs' | 'settings';

/** A run whose checkpoint is to be pruned. */
export interface PruningTarget {
  run: string;
  label: string;
  /** Null where it has no checkpoint to prune. */
  step: number | null;
  configuration: RunConfiguration;
}

export interface CheckedPruning {
  problems: Map<ProblemPlace, string>;
  /** One a run; empty while something is wrong. */
  requests: PruningRequest[];
  /** Settings beside the unpruned model. */
  settings: PruningSetting[];
}

interface Drafted {
  field: FormField;
  setting: PruningSetting;
}

const mostDraws = 20;

export function checkPruning(form: PruningForm, targets: readonly PruningTarget[]): CheckedPruning {
  const problems = new Map<ProblemPlace, string>();
  const tell = (place: ProblemPlace, message: string) => problems.has(place) || problems.set(place, message);
  const list = (field: FormField) => numbers(form[field], (message) => tell(field, message));
  const whole = (field: FormField): number => {
    const [value, ...more] = numbers(form[field], (message) => tell(field, message));
    if (value === undefined || more.length > 0) tell(field, 'Write one number.');
    return value ?? 0;
  };

  const inAll = draftedSettings(form, list, whole, tell);
  const drafted = form.singly ? [...inAll, ...inSingleLayers(inAll, targets)] : inAll;
  const settings = drafted.map(({ setting }) => setting);
  const common = {
    kind: 'pruning',
    tokens: whole('tokens'),
    calibration: { tokens: whole('calibrationTokens'), seed: whole('calibrationSeed') },
    throughput: { batches: list('batches'), repeats: whole('repeats') },
    export: form.export,
    // Without an experiment the rest is checked all the same.
    settings: settings.length > 0 ? settings : [{ method: 'none' }],
  };
  if (settings.length === 0 && problems.size === 0) tell('settings', 'Write down at least one experiment.');
  if (targets.length === 0) tell('runs', 'Choose at least one run.');

  const requests = targets.flatMap(({ run, label, step, configuration }): PruningRequest[] => {
    const named = (message: string) => (targets.length > 1 ? `${label}: ${message}` : message);
    if (step === null) {
      tell('runs', `${label} has no checkpoint of that step. Choose another step, or leave the run out.`);
      return [];
    }
    const { data, error } = pruningRequestSchema.safeParse({ ...common, run, step });
    for (const issue of error?.issues ?? []) tell(placeOf(issue.path, drafted), issueText(issue));
    // Settings are held to the model even where something else is not right yet.
    const held = data ?? pruningRequestSchema.parse({ kind: 'pruning', run, step, settings: common.settings });
    for (const { message, field, remedy } of pruningProblems(held, configuration)) {
      const place = placeOf(field?.split('.') ?? [], drafted);
      tell(place, named([withNames(message, settings), remedy].filter(Boolean).join(' ')));
    }
    return data ? [data] : [];
  });
  return { problems, requests: problems.size > 0 ? [] : requests, settings };
}

type List = (field: FormField) => number[];

function draftedSettings(
  form: PruningForm,
  list: List,
  whole: (field: FormField) => number,
  tell: (place: ProblemPlace, message: string) => unknown,
): Drafted[] {
  const { renormalise, keepOne } = form;
  const drafted: Drafted[] = [];
  const add = (field: FormField, value: unknown) => {
    const { data, error } = pruningSettingSchema.safeParse(value);
    if (data) drafted.push({ field, setting: data });
    else tell(field, issueText(error!.issues[0]!));
  };
  for (const experts of list('dropTop')) add('dropTop', { method: 'drop-top', experts, renormalise });
  for (const threshold of list('threshold')) add('threshold', { method: 'threshold', threshold, renormalise, keepOne });
  for (const active of list('active')) add('active', { method: 'fewer-active', active, renormalise });
  for (const share of list('dynamic')) add('dynamic', { method: 'dynamic', share, renormalise });

  const removal = form.criteria.length > 0 || form.mergers.length > 0;
  const ratios = list('ratios');
  if (removal && ratios.length === 0) tell('ratios', 'Write the shares to remove, like 0.25, 0.5.');
  if (removal && form.scopes.length === 0) tell('settings', 'Choose a scope: per layer, over all layers, or both.');
  const draws = form.criteria.includes('random') ? drawCount(whole('draws'), tell) : 0;
  for (const scope of form.scopes) {
    for (const ratio of ratios) {
      for (const criterion of pruningCriteria.filter((one) => form.criteria.includes(one))) {
        const remove = { method: 'remove', criterion, ratio, scope };
        if (criterion === 'random') for (let draw = 0; draw < draws; draw += 1) add('ratios', { ...remove, draw });
        else {
          add('ratios', remove);
          if (form.reversed) add('ratios', { ...remove, reversed: true });
        }
      }
      for (const similarity of form.mergers) add('ratios', { method: 'merge', similarity, ratio, scope });
    }
  }
  return drafted;
}

/** In every layer that all models have. */
function inSingleLayers(drafted: readonly Drafted[], targets: readonly PruningTarget[]): Drafted[] {
  const models = targets.map(({ configuration: { model } }) => model);
  const [shallowest] = models.toSorted((a, b) => a.layers - b.layers);
  if (!shallowest) return [];
  return drafted.flatMap(({ field, setting }) =>
    layerByLayer([setting], shallowest).map((single) => ({ field, setting: single })),
  );
}

function drawCount(draws: number, tell: (place: ProblemPlace, message: string) => unknown): number {
  if (Number.isInteger(draws) && draws >= 1 && draws <= mostDraws) return draws;
  tell('draws', `Write a whole number from 1 to ${mostDraws}.`);
  return 0;
}

/** '0, 1 2' */
function numbers(text: string, tell: (message: string) => void): number[] {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const wrong = words.find((word) => !/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word));
  if (wrong !== undefined) {
    tell(`“${wrong.slice(0, 20)}” is no number. Write numbers with commas between them, like 1, 2.`);
    return [];
  }
  const values = words.map(Number);
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) tell(`${twice} is there twice.`);
  return twice === undefined ? values : [];
}

const places: Readonly<Record<string, ProblemPlace>> = {
  run: 'runs',
  step: 'runs',
  tokens: 'tokens',
  'calibration.tokens': 'calibrationTokens',
  'calibration.seed': 'calibrationSeed',
  'throughput.batches': 'batches',
  'throughput.repeats': 'repeats',
};

function placeOf(path: readonly PropertyKey[], drafted: readonly Drafted[]): ProblemPlace {
  const [first, second] = path;
  if (first === 'settings') return drafted[Number(second)]?.field ?? 'settings';
  return places[String(first)] ?? places[`${String(first)}.${String(second)}`] ?? 'settings';
}

/** Paths into the request as what they are of. */
function withNames(message: string, settings: readonly PruningSetting[]): string {
  return withSettingNames(message, settings)
    .replace(/throughput\.batches\.\d+/g, 'A batch')
    .replace('model.active', 'K');
}

type Issue = NonNullable<ReturnType<typeof pruningRequestSchema.safeParse>['error']>['issues'][number];

/** What a number may be. */
function issueText(issue: Issue): string {
  if (issue.code === 'too_small')
    return `Write ${issue.inclusive ? `${issue.minimum} or more` : `more than ${issue.minimum}`}.`;
  if (issue.code === 'too_big' && issue.origin === 'array') return `Write at most ${issue.maximum} of them.`;
  if (issue.code === 'too_big')
    return `Write ${issue.inclusive ? `at most ${issue.maximum}` : `less than ${issue.maximum}`}.`;
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'Write whole numbers.';
  return `${issue.message}.`;
}
