// What a comparison says, in plain sentences that follow from its numbers and claim no more.
import { abbreviated, grouped, significant } from '../../../charts/index.ts';
import type { ComparedRun, Comparison } from './compare.ts';
import { equalLossAgainst, equalLossText } from './equal-loss-text.ts';
import { runLabels } from './labels.ts';

type Finished = ComparedRun & { final: NonNullable<ComparedRun['final']> };
interface Labelled {
  label: string;
  run: Finished;
}

export interface Findings {
  question: string;
  /** The answer first, each a sentence. */
  sentences: string[];
  /** What limits them. */
  limits: string[];
}

export function findings({ runs, equalStart }: Comparison): Findings {
  const labels = runLabels(runs);
  const measured = runs.flatMap((run, index): Labelled[] =>
    run.final ? [{ label: labels[index]!, run: run as Finished }] : [],
  );
  const ranked = measured.toSorted((a, b) => a.run.final.loss - b.run.final.loss);
  return {
    question: question(runs, labels),
    sentences: [...ranking(ranked), ...speedUps(ranked), ...experts(ranked), ...redundancy(ranked)],
    limits: [...unfinished(runs, labels), ...start(runs, equalStart.equal), ...seeds(runs)],
  };
}

function question(runs: readonly ComparedRun[], labels: readonly string[]): string {
  if (runs.length === 1) return `How does a mixture of experts train with ${labels[0]}?`;
  const [first, ...others] = labels;
  return `${list([capital(first!), ...others], 'or')}: which trains this mixture of experts best?`;
}

function ranking(ranked: readonly Labelled[]): string[] {
  const [best, ...others] = ranked;
  if (!best) return ['No run has been evaluated yet.'];
  const { step, tokens } = best.run.final;
  const same = others.every(({ run }) => run.final.step === step);
  const after = same ? `After ${grouped(step)} steps (${abbreviated(tokens)} tokens) ` : 'At its newest evaluation ';
  const values = ranked.map(({ label, run }) => `${significant(run.final.perplexity)} with ${label}`);
  return [`${after}the validation perplexity is ${list(values, 'and')}.`];
}

function speedUps([best, ...others]: readonly Labelled[]): string[] {
  if (!best) return [];
  return others.map(({ label, run }) => {
    const equal = equalLossAgainst(best.run, run.id);
    const loss = `the final loss of ${label} (${significant(run.final.loss)})`;
    return equal?.reached
      ? `${capital(best.label)} reached ${loss} with ${equalLossText(equal)}.`
      : `${capital(best.label)} did not reach ${loss} within its own training.`;
  });
}

function experts(ranked: readonly Labelled[]): string[] {
  const routed = ranked.filter(({ run }) => run.final.routing);
  const [first] = routed;
  if (!first) return [];
  const values = routed.map(({ label, run }) => `${grouped(run.final.routing!.uniqueExperts, 1)} with ${label}`);
  const many = first.run.final.routing!.experts;
  return [`Of ${many} experts a layer, the validation tokens used ${list(values, 'and')} (mean over layers).`];
}

function redundancy(ranked: readonly Labelled[]): string[] {
  const similar = ranked.filter(({ run }) => run.final.minimumSimilarity !== null);
  if (similar.length === 0) return [];
  const values = similar.map(({ label, run }) => `${significant(run.final.minimumSimilarity!, 3)} with ${label}`);
  return [`Min PES, the similarity of experts in their least redundant layer, ended at ${list(values, 'and')}.`];
}

function unfinished(runs: readonly ComparedRun[], labels: readonly string[]): string[] {
  return runs.flatMap(({ status, progress, configuration }, index) => {
    if (status === 'completed') return [];
    const where = progress
      ? `at step ${grouped(progress.step)} of ${grouped(configuration.training.steps)}`
      : 'not begun';
    return [`${capital(labels[index]!)} is ${where} (${status}): its numbers are not final.`];
  });
}

function start(runs: readonly ComparedRun[], equal: Comparison['equalStart']['equal']): string[] {
  if (runs.length < 2) return [];
  if (equal.initHash && equal.dataHash) {
    return [
      'All runs started from the same parameters and saw the same data in the same order, as their hashes prove.',
    ];
  }
  const parameters = equal.initHash
    ? 'the same parameters'
    : equal.initHashWithoutRouters
      ? 'the same parameters but for the routers'
      : 'different parameters';
  const data = equal.dataHash ? 'the same data in the same order' : 'different data or another order';
  return [`The runs started from ${parameters} and saw ${data}: part of the differences may come from there.`];
}

function seeds(runs: readonly ComparedRun[]): string[] {
  if (runs.length < 2) return [];
  const repeated = new Map<string, Set<string>>();
  for (const { objectiveKey, configuration } of runs) {
    const seen = repeated.get(objectiveKey) ?? new Set();
    repeated.set(objectiveKey, seen.add(JSON.stringify(configuration.seeds)));
  }
  const fewest = Math.min(...[...repeated.values()].map(({ size }) => size));
  if (fewest > 1) return [`Each objective was trained from at least ${fewest} seeds; rows are single runs.`];
  return [
    'Each objective was trained once, from one seed: how much of these differences is chance, this comparison cannot tell. Nor does it say what other sizes, data or longer training would show.',
  ];
}

function list(items: readonly string[], word: string): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

/** Only a word of ours: a name begins as its owner wrote it. */
const capital = (label: string) => (label === 'none' ? 'No balancing' : label);
