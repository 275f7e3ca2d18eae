import { expect, test } from 'vitest';
import type { StudyRow } from '../../../shared/api.ts';
import type { ComparedRun } from '../../../shared/comparison.ts';
import { configurationFromPreset } from '../../../shared/config/index.ts';
import type { PruningPart } from '../../../shared/studies/pruning.ts';
import { studyRequestSchema } from '../../../shared/studies/study.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import { groupRuns } from '../../state/groups.ts';
import { dropTopOf, dropTopRequest } from './drop-top.ts';
import { equalLossMarks } from './equal-loss-marks.ts';
import { layerCurves } from './layer-curves.ts';
import { ramp } from './ramp.ts';

const losses: Record<string, number[]> = {};
function run(objective: 'simbal' | 'lbl-sequence', seed: number, ...all: number[]): ComparedRun {
  const id = `${objective} ${seed}`;
  losses[id] = all;
  const configuration = configurationFromPreset('nano', {
    corpus: 'c',
    objective: [{ kind: objective }],
    seeds: { init: seed, data: seed },
    model: { context: 50 },
    training: { batch: 2, accumulate: 1 },
  });
  const [label, colour] = objective === 'simbal' ? (['SimBal', 'blue'] as const) : (['LBL', 'orange'] as const);
  return {
    id,
    name: id,
    experiment: 'e',
    configuration,
    course: [] as ComparedRun['course'],
    start: null,
    objective: label,
    objectiveKey: objective,
    colour,
  } as ComparedRun;
}
/** Evaluations every step of 100 tokens and 2 seconds. */
const evaluations = ({ id }: { id: string }) =>
  losses[id]!.map((loss, step) => ({ step, tokens: 100 * step, seconds: 2 * step, loss })) as Evaluation[];
function marks(runs: ComparedRun[], axis: 'tokens' | 'step' | 'seconds' = 'tokens') {
  const groups = groupRuns(runs, 'seeds');
  const baseline = groups.find(({ label }) => label === 'LBL')!;
  return equalLossMarks(groups, baseline, { evaluations, placesOf: () => (moment) => moment[axis] });
}

test('from where the faster runs are as good to where the baseline ends, over pairs of seeds', () => {
  const runs = [
    run('lbl-sequence', 0, 9, 6, 4),
    run('lbl-sequence', 1, 9, 7, 5),
    run('simbal', 0, 9, 4, 3),
    run('simbal', 1, 9, 5, 3),
  ];
  expect(marks(runs)).toMatchObject([
    {
      label: 'SimBal at the final loss of LBL',
      look: 'dashed',
      points: [
        [100, 4.5],
        [200, 4.5],
      ],
    },
  ]);
  expect(marks(runs, 'step')[0]!.points.map(([x]) => x)).toEqual([1, 2]);
  expect(marks(runs, 'seconds')[0]!.points.map(([x]) => x)).toEqual([2, 4]);
});

test('nothing is marked where one of the pairs does not get there', () => {
  const runs = [
    run('lbl-sequence', 0, 9, 4),
    run('lbl-sequence', 1, 9, 4),
    run('simbal', 0, 9, 3),
    run('simbal', 1, 9, 8),
  ];
  expect(marks(runs)).toEqual([]);
  expect(marks([run('lbl-sequence', 0, 9, 4), run('simbal', 0)])).toEqual([]);
});

test('a group that needs more than the baseline is marked in ascending x', () => {
  const [mark] = marks([run('lbl-sequence', 0, 9, 4), run('simbal', 0, 9, 6, 4)]);
  expect(mark!.points.map(([x]) => x)).toEqual([100, 200]);
});

test('layers of a group are means of its seeds, where all that were measured have them', () => {
  const at = (step: number, values: number[] | null) =>
    ({ step, similarity: values && { pes: values } }) as unknown as Evaluation;
  const read = ({ similarity }: Evaluation) => similarity?.pes ?? null;
  const runs = [[at(0, [1, 2]), at(5, [3, 4]), at(9, [5, 6])], [at(0, [3, 4]), at(5, null), at(9, [7, 10])], []];
  expect(layerCurves(runs, read)).toEqual([
    { step: 0, values: [2, 3] },
    { step: 9, values: [6, 8] },
  ]);
  expect(layerCurves([[], [at(0, null)]], read)).toEqual([]);
});

test('later curves are stronger, and the last one has the colour itself', () => {
  const shares = [0, 1, 2].map((place) => /(\d+)%/.exec(ramp('red', place, 3))?.[1]);
  expect(shares).toEqual(['30', '65', undefined]);
  expect(ramp('red', 0, 1)).toBe('red');
});

const study = (settings: unknown[]) =>
  ({
    id: 's',
    run: 'r',
    request: { kind: 'pruning', run: 'r', step: 300, tokens: 4096, settings },
  }) as unknown as StudyRow;
const part = (setting: unknown, loss: number) =>
  ({ setting, loss, blocks: Float64Array.of(loss) }) as unknown as PruningPart;

test('the curve of masked experts begins at the unpruned model and leaves out other settings', () => {
  const masked = { method: 'drop-top', experts: 2, renormalise: false };
  const parts = [
    part({ method: 'none' }, 2),
    part(masked, 2.5),
    part({ ...masked, experts: 1 }, 2.2),
    part({ ...masked, renormalise: true }, 9),
    part({ method: 'threshold', threshold: 0.1, renormalise: false, keepOne: true }, 8),
  ];
  expect(dropTopOf({ study: study([masked]), parts })).toEqual({
    step: 300,
    tokens: 4096,
    points: [
      [0, 2],
      [1, 2.2],
      [2, 2.5],
    ],
  });
  expect(dropTopOf({ study: study([masked]), parts: parts.slice(0, 1) })).toBeNull();
});

test('what is asked for is a request that the lab takes, and never more experts than can be masked', () => {
  const configuration = (experts: number, active: number) =>
    configurationFromPreset('nano', { corpus: 'c', model: { experts, active } });
  const asked = dropTopRequest({ id: 'r', configuration: configuration(6, 2) }, 300)!;
  const request = studyRequestSchema.parse(asked);
  expect(request).toMatchObject({ step: 300, throughput: { batches: [] } });
  expect(request.kind === 'pruning' && request.settings.length).toBe(4);
  expect(dropTopRequest({ id: 'r', configuration: configuration(2, 2) }, 300)).toBeNull();
});
