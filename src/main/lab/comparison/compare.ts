// Runs side by side: the numbers of a table, the curves, speed-up to equal loss between every two, whether they started
// equal and in what they differ. Plain data; it draws nothing and concludes nothing.
import {
  type ColourKey,
  objectiveColour,
  objectiveKey,
  objectiveLabel,
  type RunConfiguration,
} from '../../../shared/config/index.ts';
import { LabError } from '../../../shared/errors.ts';
import { type EqualLoss, type EqualLossPoint, speedUpCurve, speedUpToEqualLoss } from '../../../shared/speed-up.ts';
import type { CorpusDescription, Evaluation, RunStart } from '../../../shared/worker-messages.ts';
import type { ReadOnlyStore, RunStatus } from '../../store/index.ts';
import { type ConfigurationDifference, configurationDifferences } from './configuration-differences.ts';
import { type CurvePoint, curveOf } from './curves.ts';
import { type EqualStart, equalStart } from './equal-start.ts';
import { type Summary, summaryOf } from './measures.ts';

export interface ComparedRun {
  id: string;
  name: string;
  experiment: string;
  status: RunStatus;
  message: string | null;
  configuration: RunConfiguration;
  /** 'SimBal + LBL'; `objectiveKey` is equal for runs of one kind of objective. */
  objective: string;
  objectiveKey: string;
  colour: ColourKey;
  /** Which of the runs of this colour it is, from 0. */
  shade: number;
  /** Null before it has started. */
  start: RunStart | null;
  /** At the newest evaluation; null before the first. */
  final: Summary | null;
  /** Steps done, and training tokens a second over all of them. */
  progress: { step: number; tokens: number; seconds: number; tokensPerSecond: number } | null;
  /** This run against each other one as the slower of the two. */
  speedUps: { baseline: string; equalLoss: EqualLoss | null; curve: EqualLossPoint[] }[];
  evaluations: Evaluation[];
  curves: Record<CurveName, CurvePoint[]>;
}

export const curveNames = ['crossEntropy', 'tokensPerSecond', 'maxLoad', 'gradientNorm'] as const;
export type CurveName = (typeof curveNames)[number];

export interface Comparison {
  runs: ComparedRun[];
  corpora: CorpusDescription[];
  equalStart: EqualStart;
  differences: ConfigurationDifference[];
}

export interface CompareOptions {
  /** Most points or buckets of a curve. */
  resolution?: number;
}

/** In the order given. @throws LabError 'not-found', or 'request' without a run */
export function compare(store: ReadOnlyStore, ids: readonly string[], options: CompareOptions = {}): Comparison {
  if (ids.length === 0)
    throw new LabError('request', 'There is nothing to compare.', { remedy: 'Name at least one run.' });
  const shades = new Map<ColourKey, number>();
  const runs = [...new Set(ids)].map((id) => {
    const run = comparedRun(store, id, options.resolution ?? 1000);
    run.shade = shades.get(run.colour) ?? 0;
    shades.set(run.colour, run.shade + 1);
    return run;
  });
  for (const run of runs) {
    run.speedUps = runs
      .filter((other) => other !== run)
      .map((other) => ({
        baseline: other.id,
        equalLoss: speedUpToEqualLoss(other.evaluations, run.evaluations),
        curve: speedUpCurve(other.evaluations, run.evaluations),
      }));
  }
  const hashes = new Set(runs.map(({ id }) => store.runs.get(id).corpusHash));
  return {
    runs,
    corpora: store.corpora
      .list()
      .map(({ description }) => description)
      .filter(({ hash }) => hashes.delete(hash)),
    equalStart: equalStart(runs.map(({ start }) => start)),
    differences: configurationDifferences(runs.map(({ configuration }) => configuration)),
  };
}

function comparedRun(store: ReadOnlyStore, id: string, resolution: number): ComparedRun {
  const { name, experiment, status, message, configuration } = store.runs.get(id);
  const { objective } = configuration;
  const evaluations = store.evaluations.list(id).map(({ evaluation }) => evaluation);
  const last = evaluations.at(-1);
  const steps = store.metrics.last(id);
  return {
    id,
    name,
    experiment: store.experiments.get(experiment).name,
    status,
    message,
    configuration,
    objective: configuration.model.kind === 'dense' ? 'dense' : objectiveLabel(objective),
    objectiveKey: objectiveKey(objective),
    colour: objectiveColour(objective),
    shade: 0,
    start: store.segments.list(id)[0]?.start ?? null,
    final: last ? summaryOf(last) : null,
    progress: steps && {
      step: steps.step,
      tokens: steps.tokens,
      seconds: steps.seconds,
      tokensPerSecond: steps.tokens / steps.seconds,
    },
    speedUps: [],
    evaluations,
    curves: Object.fromEntries(curveNames.map((curve) => [curve, curveOf(store, id, curve, resolution)])) as Record<
      CurveName,
      CurvePoint[]
    >,
  };
}
