// simbal prune: what runs lose and gain when experts are dropped, one checkpoint of each under many settings.
import { Command, InvalidArgumentError } from 'commander';
import { LabError } from '../../../shared/errors.ts';
import { type PruningPart, type PruningSettingInput, pruningCriteria } from '../../../shared/studies/pruning.ts';
import { layerByLayer, sweptDrops, sweptThresholds } from '../../../shared/studies/pruning-sweeps.ts';
import { checkpointsOf } from '../../lab/index.ts';
import { studyTables } from '../../lab/studies/tables/index.ts';
import { shown } from '../../lab/text.ts';
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import { collect, wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';
import type { Session } from '../session.ts';
import { prunedRunsText, pruningText } from '../studies/pruning-text.ts';
import { listOf, type PlannedStudy, partsOf, planned, results, writeResult, writeTables } from '../studies/results.ts';
import { labelsOf, studyAction } from '../studies/study-action.ts';

type Removal = Extract<PruningSettingInput, { method: 'remove' }>;
type Merger = Extract<PruningSettingInput, { method: 'merge' }>;

interface PruneOptions {
  step?: number;
  dropTop?: number[];
  threshold?: number[];
  active?: number[];
  dynamic?: number[];
  remove?: Removal[];
  merge?: Merger[];
  draws?: number;
  renormalise?: boolean;
  byLayer?: boolean;
  tokens?: number;
  batches?: number[];
  export?: boolean;
  csv?: string;
  estimate?: boolean;
}

const mergers = ['output-similarity', 'router-similarity'] as const;

export const pruneCommand = (sessionOf: SessionOf) =>
  new Command('prune')
    .description('measures what runs lose and gain when experts are dropped; results are kept and used again')
    .argument('<runs...>', 'ids or names')
    .option('--step <number>', 'the checkpoint (default: the newest)', wholeNumber('step', 0))
    .option(
      '--drop-top <list>',
      'mask the most probable experts of each token, so many: 0,1,2,4',
      wholes('drop-top', 0),
    )
    .option('--threshold <list>', 'drop chosen experts whose probability is lower: 0,0.1,0.2', shares('threshold'))
    .option('--active <list>', 'fewer experts a token: 1,2', wholes('active', 1))
    .option('--dynamic <list>', 'the most probable experts up to this share of the chosen: 0.5,0.9', shares('dynamic'))
    .option(
      '--remove <criterion:ratio>',
      `remove a share of the experts, by ${pruningCriteria.join(', ')}; then :global or :reversed; repeatable`,
      collect(removalOf),
    )
    .option(
      '--merge <similarity:ratio>',
      `merge a share of the experts into the most alike, by ${mergers.join(' or ')}; then :global; repeatable`,
      collect(mergerOf),
    )
    .option('--draws <number>', 'draws of each random removal (default: 1)', wholeNumber('draws'))
    .option('--renormalise', 'divide the gates that stay by their sum')
    .option('--by-layer', 'each of these also in one layer at a time: which layers can bear it')
    .option('--tokens <number>', 'validation tokens (default: the whole split)', wholeNumber('tokens'))
    .option(
      '--batches <list>',
      'sequences of a batch at which speed is measured, or none; 1,8 when left out',
      batchesOf,
    )
    .option('--export', 'write each pruned model whose weights differ as a checkpoint')
    .option('--csv <folder>', 'write every table as a file')
    .option('--estimate', 'say what it would cost, and do nothing')
    .addHelpText('after', '\nWithout a setting it sweeps --drop-top 0,1,2,4 and --threshold 0,0.1,0.15,0.2.')
    .action(studyAction<PruneOptions>(sessionOf, { plan: planOf, tell }));

function planOf(store: ReadOnlyStore, runs: readonly RunRow[], options: PruneOptions): PlannedStudy[] {
  const labels = labelsOf(store, runs);
  return runs.map((run, index) => {
    const step = options.step ?? newestStep(store, run);
    const settings = settingsOf(options, run);
    return planned(store, labels[index]!, {
      kind: 'pruning',
      run: run.id,
      step,
      settings,
      ...(options.tokens !== undefined && { tokens: options.tokens }),
      throughput: { batches: options.batches ?? [1, 8] },
      export: options.export ?? false,
    });
  });
}

function newestStep(store: ReadOnlyStore, run: RunRow): number {
  const newest = checkpointsOf(store, run).at(-1);
  if (newest) return newest.step;
  throw new LabError('request', `The run ${shown(run.name)} has no checkpoint yet.`, {
    field: 'step',
    remedy: 'Train it to its first checkpoint.',
  });
}

function settingsOf(options: PruneOptions, { configuration: { model } }: RunRow): PruningSettingInput[] {
  const { draws = 1, renormalise = false, remove = [], merge = [] } = options;
  if (options.draws !== undefined && !remove.some(({ criterion }) => criterion === 'random')) {
    throw new LabError('request', '--draws is given, and nothing is removed at random.', {
      field: '--draws',
      value: String(draws),
      remedy: 'Add a random removal, like --remove random:0.25, or leave --draws out.',
    });
  }
  const named = [options.dropTop, options.threshold, options.active, options.dynamic, options.remove, options.merge];
  const sweep = named.every((each) => each === undefined);
  const drops = sweep ? sweptDrops(model) : options.dropTop;
  const thresholds = sweep ? sweptThresholds : options.threshold;
  const settings: PruningSettingInput[] = [
    ...(drops ?? []).map((experts) => ({ method: 'drop-top', experts, renormalise }) as const),
    ...(thresholds ?? []).map((threshold) => ({ method: 'threshold', threshold, renormalise }) as const),
    ...(options.active ?? []).map((active) => ({ method: 'fewer-active', active, renormalise }) as const),
    ...(options.dynamic ?? []).map((share) => ({ method: 'dynamic', share, renormalise }) as const),
    ...remove.flatMap((setting) =>
      setting.criterion === 'random' ? Array.from({ length: draws }, (_, draw) => ({ ...setting, draw })) : [setting],
    ),
    ...merge,
  ];
  return options.byLayer ? [...settings, ...layerByLayer(settings, model)] : settings;
}

function tell(store: ReadOnlyStore, plan: readonly PlannedStudy[], { csv }: PruneOptions, session: Session): void {
  const found = results(store, plan).map((result) => ({ ...result, pruned: partsOf<PruningPart>(result) }));
  if (csv !== undefined) {
    const tables = found.flatMap(({ run, pruned }) => studyTables('pruning', run, pruned));
    writeTables(csv, tables, session);
  }
  if (session.json) {
    writeResult({ studies: found.map(({ study, parts }) => ({ ...study, parts })) }, session);
    return;
  }
  const texts = found.map(({ label, pruned }) => pruningText(label, pruned));
  const across = found.length > 1 ? [prunedRunsText(found.map(({ label, pruned: parts }) => ({ label, parts })))] : [];
  if (texts.length > 0) session.io.out(`\n${[...texts, ...across].join('\n')}`);
}

function wholes(name: string, least: number) {
  return listOf(name, wholeNumber(`--${name}`, least), '1,2');
}

function shares(name: string) {
  return listOf(name, shareOf(`--${name}`), '0.1,0.2');
}

function shareOf(name: string) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d*\.?\d+(e-?\d+)?$/i.test(text) && value >= 0 && value <= 1) return value;
    throw new InvalidArgumentError(`${name} must be a number from 0 to 1, like 0.1.`);
  };
}

function ratioOf(text: string): number {
  const value = shareOf('the ratio')(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('the ratio must be more than 0 and less than 1, like 0.25.');
}

function batchesOf(text: string): number[] {
  return text === 'none' ? [] : listOf('batches', wholeNumber('--batches'), '1,8 or none')(text);
}

const notOneOf = (word: string | undefined, what: string, known: readonly string[]) =>
  new InvalidArgumentError(`“${word}” is no ${what}; it must be one of ${known.join(', ')}.`);

function removalOf(text: string): Removal {
  const [criterion, ratio, ...rest] = text.split(':');
  const known = pruningCriteria.find((one) => one === criterion);
  if (!known) throw notOneOf(criterion, 'criterion', pruningCriteria);
  const extra = rest.filter((word) => word !== 'global' && word !== 'reversed');
  if (ratio === undefined || extra.length > 0) {
    throw new InvalidArgumentError(`It must be like frequency:0.25 or reap:0.5:global:reversed.`);
  }
  const scope = rest.includes('global') ? 'global' : 'layer';
  return {
    method: 'remove',
    criterion: known,
    ratio: ratioOf(ratio),
    scope,
    reversed: rest.includes('reversed'),
  };
}

function mergerOf(text: string): Merger {
  const [similarity, ratio, ...rest] = text.split(':');
  const known = mergers.find((one) => one === similarity);
  if (!known) throw notOneOf(similarity, 'similarity', mergers);
  if (ratio === undefined || rest.some((word) => word !== 'global')) {
    throw new InvalidArgumentError(`It must be like output-similarity:0.25 or router-similarity:0.5:global.`);
  }
  return {
    method: 'merge',
    similarity: known,
    ratio: ratioOf(ratio),
    scope: rest.length > 0 ? 'global' : 'layer',
  };
}
