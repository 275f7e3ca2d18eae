// A configuration as a person fills it in: every field a text, checked as a whole by the schema itself. Pure.
import { estimateRun, type RunEstimate } from '../../shared/config/estimate.ts';
import { type Field, fields, objectiveFields } from '../../shared/config/fields.ts';
import { literalValue } from '../../shared/config/literal.ts';
import { objectiveText, parseObjectiveText } from '../../shared/config/objective-text.ts';
import { objectives, withPairedRouterInit } from '../../shared/config/objectives.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { configurationFromPreset, presets } from '../../shared/config/presets.ts';
import { ConfigurationError } from '../../shared/config/problems.ts';
import { checkCorpus } from '../../shared/config/rules.ts';
import {
  configurationSchema,
  type ObjectiveKind,
  type ObjectiveTerm,
  type RunConfiguration,
} from '../../shared/config/schema.ts';
import type { CorpusDescription } from '../../shared/worker-messages.ts';

/** What the form shows as fields of their own; names, objectives and seeds have their own places. */
export const formFields: readonly Field[] = fields.filter(
  ({ path }) => !['name', 'preset', 'corpus', 'model.routerInit'].includes(path) && !path.startsWith('seeds.'),
);

/** Those that one changes from run to run; the others wait behind a heading. */
export const mainFields = new Set([
  'model.width',
  'model.layers',
  'model.heads',
  'model.context',
  'model.experts',
  'model.active',
  'model.expertWidth',
  'training.steps',
  'training.batch',
  'training.learningRate',
  'training.warmupSteps',
  'training.checkpointEvery',
  'evaluation.every',
  'evaluation.tokens',
  'evaluation.similarityTokens',
]);

export type Texts = Record<string, string>;

/** A preset's values as texts by path. */
export function textsOf(preset: string): Texts {
  const configuration = configurationFromPreset(preset, { corpus: 'corpus' });
  return Object.fromEntries(formFields.map(({ path }) => [path, String(valueAt(configuration, path))]));
}

function valueAt(configuration: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)?.[name], configuration);
}

export type RouterInit = 'paired' | 'normal' | 'orthogonal';

export interface FilledDraft {
  preset: string;
  name: string | null;
  /** Hash of a corpus that is here; null where the configuration names none of them. */
  corpus: string | null;
  texts: Texts;
  objective: string;
  seeds: string;
  routerInit: RouterInit;
}

/** A configuration of any origin as a person would have typed it. Nothing is checked here: the form says what is wrong. */
export function draftOf(value: unknown, corpora: readonly CorpusDescription[]): FilledDraft {
  const at = (path: string) => valueAt(value, path);
  const preset = presets.find(({ name }) => name === at('preset'))?.name ?? presets[0]!.name;
  const given = formFields.flatMap(({ path }) => (at(path) === undefined ? [] : [[path, String(at(path))]]));
  const { data: objective } = configurationSchema.shape.objective.safeParse(at('objective') ?? []);
  const named = at('corpus');
  const router = at('model.routerInit');
  const name = at('name');
  return {
    preset,
    name: typeof name === 'string' && name !== '' ? name.slice(0, 10_000) : null,
    corpus: corpora.findLast(({ hash, name }) => hash === named || name === named)?.hash ?? null,
    texts: { ...textsOf(preset), ...Object.fromEntries(given) },
    objective: objective ? objectiveText(objective) : JSON.stringify(at('objective')).slice(0, 1000),
    seeds: String(at('seeds.init') ?? 0),
    routerInit: router === 'normal' || router === 'orthogonal' ? router : 'paired',
  };
}

export interface DraftInput {
  preset: string | null;
  corpus: CorpusDescription | undefined;
  texts: Texts;
  routerInit: RouterInit;
  /** One line each, as the command line has it; none is the empty sum. */
  objectives: readonly string[];
  seeds: string;
}

export interface Draft {
  /** By field path, 'objective' + index, 'seeds' or 'corpus': what is wrong and what to do. */
  problems: Map<string, string>;
  /** One for each objective that holds, of the first seed. */
  configurations: { objective: ObjectiveTerm[]; configuration: RunConfiguration; estimate: RunEstimate }[];
  seeds: number[];
}

export function checkDraft(input: DraftInput): Draft {
  const problems = new Map<string, string>();
  const { seeds, problem } = parseSeeds(input.seeds);
  if (problem) problems.set('seeds', problem);
  if (!input.corpus) problems.set('corpus', 'Choose a corpus to train on.');
  if (input.objectives.length === 0) problems.set('objectives', 'Choose at least one objective.');
  const lines = input.objectives.length > 0 ? input.objectives : ['none'];
  const configurations = lines.flatMap((line, index): Draft['configurations'] => {
    const terms = collecting(problems, `objective.${index}`, () => parseObjectiveText(line));
    if (!terms) return [];
    const configuration = collecting(problems, null, () => checked(input, terms, seeds[0] ?? 0));
    if (!configuration) return [];
    return [{ objective: terms, configuration, estimate: estimateRun(configuration, input.corpus?.tokens.validation) }];
  });
  const keys = lines.map(meaningOf);
  for (const [index, key] of keys.entries()) {
    if (keys.indexOf(key) !== index) problems.set(`objective.${index}`, 'This objective is there already.');
  }
  return { problems, configurations, seeds };
}

/** Equal for lines of one objective, however each is written; the line itself where it does not hold. */
function meaningOf(line: string): string {
  try {
    return objectiveText(parseObjectiveText(line));
  } catch {
    return line;
  }
}

/** @throws ConfigurationError */
function checked(input: DraftInput, objective: ObjectiveTerm[], seed: number): RunConfiguration {
  const parts: Record<string, unknown> = {
    name: 'run',
    preset: input.preset,
    corpus: input.corpus?.hash ?? 'corpus',
    objective,
  };
  for (const field of formFields) {
    const names = field.path.split('.');
    const [section, name] = names.length === 1 ? [null, names[0]!] : [names[0]!, names[1]!];
    if (section) parts[section] ??= {};
    const owner = (section ? parts[section] : parts) as Record<string, unknown>;
    owner[name] = literalValue(field, input.texts[field.path] ?? '');
  }
  const model = parts.model as Record<string, unknown>;
  // What the lab itself sets for each objective, unless it is chosen here.
  model.routerInit = input.routerInit === 'paired' ? 'normal' : input.routerInit;
  const configuration = parseConfiguration({ ...parts, seeds: { init: seed, data: seed } });
  const paired =
    input.routerInit === 'paired' ? parseConfiguration(withPairedRouterInit(configuration)) : configuration;
  if (input.corpus) {
    const { vocabulary, tokens } = input.corpus;
    checkCorpus(paired, { vocabulary, trainTokens: tokens.train, validationTokens: tokens.validation });
  }
  return paired;
}

function collecting<Value>(problems: Map<string, string>, under: string | null, work: () => Value): Value | null {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    for (const { field, message, remedy } of thrown.issues) {
      const key = under ?? field;
      // That a wrong value is to be changed, a form need not say.
      const advice = remedy && !/^(Change|Set it to|Add) /.test(remedy) ? ` ${remedy}` : '';
      if (!problems.has(key)) problems.set(key, message + advice);
    }
    return null;
  }
}

const mostSeeds = 64;

/** '0, 1, 2' or '0-4': different whole numbers. */
export function parseSeeds(text: string): { seeds: number[]; problem: string | null } {
  const seeds: number[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    const range = /^(\d{1,16})(?:\s*[-–]\s*(\d{1,16}))?$/.exec(part);
    if (!range)
      return {
        seeds: [],
        problem: `Seeds are whole numbers separated by commas, or a range like 0-4; “${part.slice(0, 20)}” is neither.`,
      };
    const [from, to] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to))
      return { seeds: [], problem: 'A seed is at most 9007199254740991.' };
    if (to < from || to - from >= mostSeeds)
      return { seeds: [], problem: `A range goes up, over at most ${mostSeeds} seeds.` };
    for (let seed = from; seed <= to; seed += 1) seeds.push(seed);
  }
  if (new Set(seeds).size < seeds.length) return { seeds: [], problem: 'Each seed counts once; one is there twice.' };
  if (seeds.length > mostSeeds) return { seeds: [], problem: `At most ${mostSeeds} seeds go into one experiment.` };
  return { seeds, problem: null };
}

/** An objective of one kind at its default strength, as text. */
export function defaultObjective(kind: ObjectiveKind): string {
  const strength = objectives.find(({ key }) => key === kind)?.strength;
  return `${kind}:${strength?.default ?? objectiveFields[kind][0]?.default ?? ''}`;
}
