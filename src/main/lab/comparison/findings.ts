// What a comparison says, in plain sentences that follow from its numbers and claim no more.
import { abbreviated, grouped, significant } from '../../../charts/index.ts';
import type { ComparedGroup } from '../../../shared/comparison.ts';
import { atStart, inSentence } from '../../../shared/config/objectives.ts';
import { equalStartSentence } from '../../../shared/equal-start.ts';
import { mean, standardDeviation } from '../../../shared/statistics/index.ts';
import type { ComparedRun, Comparison } from './compare.ts';
import { equalLossAgainst, equalLossText } from './equal-loss-text.ts';
import { runLabels } from './labels.ts';

type Final = NonNullable<ComparedRun['final']>;

/** A group of seeds: its runs, and the newest evaluations of those that count. */
interface Group {
  label: string;
  runs: ComparedRun[];
  finals: Final[];
}

export interface Findings {
  question: string;
  /** The answer first, each a sentence. */
  sentences: string[];
  /** What limits them. */
  limits: string[];
}

export function findings({ runs, equalStart, statistics }: Comparison): Findings {
  const groups = groupsOf(runs, statistics.groups);
  const ranked = groups
    .filter(({ finals }) => finals.length > 0)
    .sort((a, b) => mean(a.finals.map(({ loss }) => loss)) - mean(b.finals.map(({ loss }) => loss)));
  return {
    question: question(groups),
    sentences: [
      ...ranking(ranked),
      ...(statistics.loss?.sentences ?? []),
      ...speedUps(ranked),
      ...experts(ranked),
      ...redundancy(ranked),
    ],
    limits: [...unfinished(runs), ...start(runs, equalStart), ...seeds(groups)],
  };
}

function groupsOf(runs: readonly ComparedRun[], groups: readonly ComparedGroup[]): Group[] {
  return groups.map(({ label, runs: ids, measured }) => ({
    label,
    runs: runs.filter(({ id }) => ids.includes(id)),
    finals: runs.flatMap(({ id, final }) => (final && measured.includes(id) ? final : [])),
  }));
}

function question(groups: readonly Group[]): string {
  const [first, ...others] = groups.map(({ label }) => label);
  if (others.length === 0) return `How does a mixture of experts train with ${inSentence(first!)}?`;
  return `${list([atStart(first!), ...others.map(inSentence)], 'or')}: which trains this mixture of experts best?`;
}

function ranking(ranked: readonly Group[]): string[] {
  const [first] = ranked.flatMap(({ finals }) => finals);
  if (!first) return ['No run has been evaluated yet.'];
  const same = ranked.every(({ finals }) => finals.every(({ step }) => step === first.step));
  const after = same
    ? `After ${grouped(first.step)} steps (${abbreviated(first.tokens)} tokens) `
    : 'At the newest evaluation of each run ';
  const values = ranked.map(
    ({ label, finals }) => `${over(finals, ({ perplexity }) => perplexity)} with ${inSentence(label)}`,
  );
  return [`${after}the validation perplexity is ${list(values, 'and')}${spread(ranked)}.`];
}

/** The best run against each other one; over seeds this is a matter of the single runs, and of the table. */
function speedUps([best, ...others]: readonly Group[]): string[] {
  if (!best || [best, ...others].some(({ runs }) => runs.length > 1) || others.length > 5) return [];
  const isComplete = ({ status }: ComparedRun) => status === 'completed';
  const within = isComplete(best.runs[0]!) ? 'within its own training' : 'so far';
  return others.map(({ label, runs: [run], finals: [final] }) => {
    const equal = equalLossAgainst(best.runs[0]!, run!.id);
    const loss = `the ${isComplete(run!) ? 'final' : 'newest'} loss of ${inSentence(label)} (${significant(final!.loss)})`;
    return equal?.reached
      ? `${atStart(best.label)} reached ${loss} with ${equalLossText(equal)}.`
      : `${atStart(best.label)} did not reach ${loss} ${within}.`;
  });
}

function experts(ranked: readonly Group[]): string[] {
  const routed = ranked.filter(({ finals }) => finals.every(({ routing }) => routing));
  const [first] = routed;
  if (!first) return [];
  const used = ({ routing }: Final) => routing!.uniqueExperts;
  const manyOf = ({ finals }: Group) => finals[0]!.routing!.experts;
  const many = manyOf(first);
  const same = routed.every((group) => manyOf(group) === many);
  const values = routed.map((group) => {
    const value = over(group.finals, used, (value) => grouped(value, 1));
    return `${value}${same ? '' : ` of ${manyOf(group)}`} with ${inSentence(group.label)}`;
  });
  const begin = same
    ? `Of ${many} experts a layer, the validation tokens used`
    : 'Of each layer’s experts, the validation tokens used';
  return [`${begin} ${list(values, 'and')} (mean over layers).`];
}

function redundancy(ranked: readonly Group[]): string[] {
  const similar = ranked.filter(({ finals }) => finals.every(({ minimumSimilarity }) => minimumSimilarity !== null));
  if (similar.length === 0) return [];
  const least = ({ minimumSimilarity }: Final) => minimumSimilarity!;
  const values = similar.map(
    ({ label, finals }) => `${over(finals, least, (value) => significant(value, 3))} with ${inSentence(label)}`,
  );
  return [`Min PES, the similarity of experts in their least redundant layer, ended at ${list(values, 'and')}.`];
}

/** The value of one run, or mean ± standard deviation over several. */
function over(
  finals: readonly Final[],
  read: (final: Final) => number,
  format = (value: number) => significant(value),
) {
  const values = finals.map(read);
  const deviation = standardDeviation(values);
  return deviation === null ? format(mean(values)) : `${format(mean(values))} ± ${significant(deviation, 2)}`;
}

const spread = (groups: readonly Group[]) =>
  groups.some(({ finals }) => finals.length > 1) ? ' (mean ± standard deviation over seeds)' : '';

function unfinished(runs: readonly ComparedRun[]): string[] {
  const labels = runLabels(runs);
  return runs.flatMap(({ status, progress, configuration }, index) => {
    if (status === 'completed') return [];
    const where = progress
      ? `at step ${grouped(progress.step)} of ${grouped(configuration.training.steps)}`
      : 'not begun';
    return [`${atStart(labels[index]!)} is ${where} (${status}): its numbers are not final.`];
  });
}

function start(runs: readonly ComparedRun[], equalStart: Comparison['equalStart']): string[] {
  const begun = runs.filter(({ start }) => start !== null).length;
  if (runs.length < 2) return [];
  if (begun < runs.length) return ['Not all have begun: whether they start equal is not known yet.'];
  const { proven, sentence } = equalStartSentence(equalStart);
  return [proven ? `${sentence}.` : `${sentence}: part of the differences may come from there.`];
}

function seeds(groups: readonly Group[]): string[] {
  if (groups.length < 2) return [];
  const fewest = Math.min(...groups.map(({ runs }) => runs.length));
  if (fewest > 1)
    return [
      `Each was trained from ${fewest} seeds or more. What other sizes, data or longer training would show, this comparison does not say.`,
    ];
  const once = groups.every(({ runs }) => runs.length === 1)
    ? 'Each was trained once, from one seed'
    : 'Some were trained from one seed only';
  return [
    `${once}: how much of these differences is chance, this comparison cannot tell. Nor does it say what other sizes, data or longer training would show.`,
  ];
}

function list(items: readonly string[], word: string): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}
