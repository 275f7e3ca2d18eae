// Runs of a pretended lab side by side, and their curves.
import type { ApiHandlers, ComparedRun } from '../shared/api.ts';
import { objectiveOf } from '../shared/course.ts';
import type { StepMetrics } from '../shared/worker-messages.ts';
import { type FakeRecords, fakeCorpus } from './fake-records.testing.ts';
import type { FakeRun } from './fake-run.testing.ts';

export const fakeMetrics = (records: FakeRecords): ApiHandlers['metrics'] => ({
  names: () => [
    'crossEntropy',
    'gradientNorm',
    'learningRate',
    'loss',
    'maxLoad',
    'seconds',
    'tokens',
    'tokensPerSecond',
    'zLoss',
  ],
  series: ({ runs, metrics, from = 1, to = Number.MAX_SAFE_INTEGER, resolution }) =>
    runs.flatMap((id) =>
      metrics.map((metric) => {
        const run = records.find(id);
        const last = Math.min(to, run.done);
        const first = Math.max(1, from);
        const width = Math.max(1, 2 ** Math.ceil(Math.log2(Math.max(1, (last - first + 1) / resolution))));
        const count = Math.max(0, Math.floor((last - first) / width) + 1);
        const points = Array.from({ length: count }, (_, index) => run.metrics(first + index * width));
        const read = (of: (one: StepMetrics) => number) => Float64Array.from(points, of);
        return {
          run: id,
          metric,
          width,
          steps: read(({ step }) => step),
          tokens: read(({ tokens }) => tokens),
          seconds: read(({ seconds }) => seconds),
          values: read((one) => Number((one as unknown as Record<string, number>)[metric])),
        };
      }),
    ),
});

export const fakeEvaluations = (records: FakeRecords): ApiHandlers['evaluations'] => ({
  list: () => [],
  losses: ({ runs }) => runs.map((id) => ({ run: id, dataHash: null, losses: evaluationsOf(records.find(id)) })),
});

const evaluationsOf = (run: FakeRun) => (run.done > 0 ? run.evaluated.map((step) => run.evaluation(step)) : []);

export const fakeComparison = (records: FakeRecords): ApiHandlers['comparison'] => ({
  get: ({ runs: ids }) => {
    const runs = ids.map((id) => compared(records.find(id), records));
    const objective = { field: 'objective', values: runs.map(({ objective }) => objective) };
    return {
      runs,
      corpora: [fakeCorpus],
      differences: runs.length > 1 ? [objective] : [],
      statistics: { groups: [], baseline: null, loss: null, speedUps: [] },
      equalStart: {
        equal: { initHash: false, initHashWithoutRouters: true, dataHash: true },
        hashes: { initHash: [], initHashWithoutRouters: [], dataHash: [] },
      },
    };
  },
});

function compared(run: FakeRun, { experiments }: FakeRecords): ComparedRun {
  const { summary } = run;
  const { configuration } = summary;
  const objective = objectiveOf(summary);
  const evaluations = evaluationsOf(run);
  const last = evaluations.at(-1);
  return {
    id: summary.id,
    name: summary.name,
    experiment: experiments.find(({ id }) => id === summary.experiment)!.name,
    status: summary.status,
    message: summary.message,
    configuration,
    course: summary.course,
    objective: objective.label,
    objectiveKey: objective.key,
    colour: objective.colour,
    shade: 0,
    start: null,
    final: last ? { ...last, routing: null, minimumSimilarity: last.similarity?.minimum ?? null } : null,
    progress: null,
    speedUps: [],
    evaluations,
    curves: { crossEntropy: [], tokensPerSecond: [], maxLoad: [], gradientNorm: [] },
  };
}
