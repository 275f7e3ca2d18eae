// simbal analyse: what routers and experts of runs have come to do, over their checkpoints.
import { Command } from 'commander';
import { LabError } from '../../../shared/errors.ts';
import type { GeometryPart } from '../../../shared/studies/geometry.ts';
import type { LensPart } from '../../../shared/studies/lens.ts';
import type { RoutingPart } from '../../../shared/studies/routing.ts';
import type { SimilarityPart } from '../../../shared/studies/similarity.ts';
import type { StudyKind } from '../../../shared/studies/study.ts';
import { type Comparison, checkpointsOf, compare } from '../../lab/index.ts';
import { evaluationTables, type StudyResults, studyTables } from '../../lab/studies/tables/index.ts';
import { shown } from '../../lab/text.ts';
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import { wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';
import type { Session } from '../session.ts';
import { evaluationsText } from '../studies/evaluations-text.ts';
import { geometryText } from '../studies/geometry-text.ts';
import { lensText } from '../studies/lens-text.ts';
import {
  listOf,
  type PlannedStudy,
  partsOf,
  planned,
  results,
  type StudyResult,
  writeResult,
  writeTables,
} from '../studies/results.ts';
import { routingText } from '../studies/routing-text.ts';
import { similarityText } from '../studies/similarity-text.ts';
import { labelsOf, studyAction } from '../studies/study-action.ts';

interface AnalyseOptions {
  routing?: boolean;
  similarity?: boolean;
  geometry?: boolean;
  lens?: string;
  steps: 'all' | 'last' | number[];
  tokens?: number;
  csv?: string;
  estimate?: boolean;
}

export const analyseCommand = (sessionOf: SessionOf) =>
  new Command('analyse')
    .description("measures what runs' routers and experts have come to do; results are kept and used again")
    .argument('<runs...>', 'ids or names')
    .option('--routing', 'saturation, switch rate, co-activation, specialisation')
    .option('--similarity', 'PES with its intervals and extreme pairs')
    .option('--geometry', 'Gram matrix, singular values, lengths and drift of the routers')
    .option('--lens <text>', 'the experts of each token of a text, at the last of the steps')
    .option('--steps <which>', 'checkpoints: all, last, or steps such as 100,200', stepsOf, 'all')
    .option('--tokens <number>', 'validation tokens of each sample', wholeNumber('tokens'))
    .option('--csv <folder>', 'write every table as a file')
    .option('--estimate', 'say what it would cost, and do nothing')
    .addHelpText('after', '\nWithout --routing, --similarity, --geometry or --lens it does the first three.')
    .action(studyAction<AnalyseOptions>(sessionOf, { plan: planOf, tell }));

function planOf(store: ReadOnlyStore, runs: readonly RunRow[], options: AnalyseOptions): PlannedStudy[] {
  const labels = labelsOf(store, runs);
  return runs.flatMap((run, index) => {
    const steps = chosenSteps(store, run, options.steps);
    const sample = options.tokens === undefined ? {} : { tokens: options.tokens };
    const overSteps = kindsOf(options).map((kind) => ({ kind, run: run.id, steps, ...sample }));
    const lens = { kind: 'lens', run: run.id, step: steps.at(-1), source: { from: 'text', text: options.lens } };
    const requests = [...overSteps, ...(options.lens === undefined ? [] : [lens])];
    return requests.map((request) => planned(store, labels[index]!, request));
  });
}

function kindsOf({ routing, similarity, geometry, lens }: AnalyseOptions): StudyKind[] {
  const named = { routing, similarity, geometry };
  const kinds = (['routing', 'similarity', 'geometry'] as const).filter((kind) => named[kind]);
  return kinds.length > 0 || lens !== undefined ? kinds : ['routing', 'similarity', 'geometry'];
}

/** @throws LabError 'request' for a run without a checkpoint; which of the named ones are missing is found later. */
function chosenSteps(store: ReadOnlyStore, run: RunRow, which: AnalyseOptions['steps']): number[] {
  if (Array.isArray(which)) return which;
  const all = checkpointsOf(store, run).map(({ step }) => step);
  if (all.length > 0) return which === 'all' ? all : all.slice(-1);
  throw new LabError('request', `The run ${shown(run.name)} has no checkpoint yet.`, {
    field: 'steps',
    remedy: 'Train it to its first checkpoint.',
  });
}

function stepsOf(text: string): AnalyseOptions['steps'] {
  if (text === 'all' || text === 'last') return text;
  return listOf('steps', wholeNumber('a step', 0), 'all, last or 100,200')(text).sort((a, b) => a - b);
}

function tell(store: ReadOnlyStore, plan: readonly PlannedStudy[], options: AnalyseOptions, session: Session): void {
  const found = results(store, plan);
  const comparison = compare(store, [...new Set(plan.map(({ run }) => run.id))], { resolution: 1 });
  if (options.csv !== undefined) {
    const ofStudies = found.flatMap(({ run, request, parts }) =>
      studyTables(request.kind, run, partsOf<StudyResults[StudyKind]>({ parts }) as never),
    );
    writeTables(options.csv, [...evaluationTables(comparison), ...ofStudies], session);
  }
  if (session.json) writeResult(dataOf(comparison, found), session);
  else session.io.out(`\n${[...textsOf(comparison, plan, found)].join('\n')}`);
}

function dataOf({ runs }: Comparison, found: readonly StudyResult[]) {
  return {
    runs: runs.map(({ id, name, status, evaluations, speedUps }) => ({ id, name, status, evaluations, speedUps })),
    studies: found.map(({ study, parts }) => ({ ...study, parts })),
  };
}

function* textsOf(comparison: Comparison, plan: readonly PlannedStudy[], found: readonly StudyResult[]) {
  yield evaluationsText(comparison, new Map(plan.map(({ run, label }) => [run.id, label])));
  for (const result of found) {
    const { label, request } = result;
    if (request.kind === 'routing') yield routingText(label, partsOf<RoutingPart>(result));
    else if (request.kind === 'similarity') yield similarityText(label, partsOf<SimilarityPart>(result), request);
    else if (request.kind === 'geometry') yield geometryText(label, partsOf<GeometryPart>(result));
    else if (request.kind === 'lens') yield lensText(label, partsOf<LensPart>(result)[0]!);
  }
}
