import { describe, expect, test } from 'vitest';
import { configurationFromPreset, type RunConfigurationInput } from '../../../shared/config/index.ts';
import { uniform } from '../../../shared/statistics/counter-generator.ts';
import type { Evaluation, RoutingMeasures } from '../../../shared/worker-messages.ts';
import type { ObservedStep } from './detector.ts';
import { AlertWatch } from './watch.ts';

const configuration = (objective: RunConfigurationInput['objective'] = [{ kind: 'simbal' }]) =>
  configurationFromPreset('nano', {
    name: 'run',
    corpus: 'text',
    objective,
    model: { layers: 2, experts: 4, active: 1, routerInit: 'orthogonal' },
    training: { warmupSteps: 10 },
  });

/** About 100 slots an expert; what is told of it replaces the healthy. */
function evaluation(step: number, change: Partial<RoutingMeasures> = {}): Evaluation {
  const counts = change.counts ?? [
    [120, 90, 110, 80],
    [100, 100, 95, 105],
  ];
  const routing = {
    counts,
    uniqueExperts: counts.map((loads) => loads.filter(Boolean).length),
    entropy: [1.2, 1.1],
    maxViolation: [0.2, 0.05],
    orthogonalityMeanSquare: [1e-7, 1e-6],
    ...change,
  };
  return { step, loss: 3, routing } as unknown as Evaluation;
}

const healthySteps = (from: number, to: number, seed = 0): ObservedStep[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const step = from + index;
    const noise = uniform(seed, step) - 0.5;
    return { step, crossEntropy: 3 + 2.5 * Math.exp(-step / 60) + 0.4 * noise, gradientNorm: 1 + noise };
  });
const at = (step: number, crossEntropy: number, gradientNorm = 1): ObservedStep => ({
  step,
  crossEntropy,
  gradientNorm,
});

test('a healthy run raises nothing', () => {
  const watch = new AlertWatch(configuration());
  for (const seed of [0, 1, 2, 3])
    expect(watch.steps(healthySteps(1 + 500 * seed, 500 + 500 * seed, seed))).toEqual([]);
  const falling = [60, 80, 100, 120, 140].map((step, index) =>
    evaluation(step, { entropy: [1.38 - 0.1 * index, 1.3] }),
  );
  expect(falling.flatMap((one) => watch.evaluation(one))).toEqual([]);
});

test('a dense run is watched by its steps alone', () => {
  const { model, ...rest } = configuration([]);
  const watch = new AlertWatch({ ...rest, model: { ...model, kind: 'dense' } });
  expect(watch.evaluation({ step: 50, routing: null } as Evaluation)).toEqual([]);
  expect(watch.steps([...healthySteps(1, 100), at(101, 9), at(102, 9), at(103, 9)])).toHaveLength(1);
});

describe('dead experts', () => {
  const dead = [
    [200, 200, 0, 0],
    [100, 100, 95, 105],
  ];
  // Without the falls that they are at the same time.
  const seen = (watch: AlertWatch, step: number, counts?: number[][]) =>
    watch
      .evaluation(evaluation(step, counts && { counts, uniqueExperts: [4, 4] }))
      .filter(({ detector }) => detector === 'dead-experts');

  test('are raised once an episode and layer, with the last checkpoint from before', () => {
    const watch = new AlertWatch(configuration());
    for (const step of [60, 80]) seen(watch, step);
    watch.checkpoint(80);
    watch.checkpoint(90);
    expect(seen(watch, 100, dead)).toEqual([
      {
        detector: 'dead-experts',
        severity: 'critical',
        layer: 0,
        layers: [0],
        value: 2,
        threshold: 1,
        step: 100,
        checkpoint: 80,
        message:
          '2 experts received no token of the validation data, in layer 0; layer 0 has 2 of 4 such. The newest checkpoint from before it is of step 80.',
      },
    ]);
    expect(seen(watch, 120, dead)).toEqual([]);
    // One evaluation without is not yet the end.
    expect(seen(watch, 140)).toEqual([]);
    expect(seen(watch, 160, dead)).toEqual([]);
    expect([seen(watch, 180), seen(watch, 200)]).toEqual([[], []]);
    expect(seen(watch, 220, dead)).toHaveLength(1);
    expect(seen(watch, 240, dead.toReversed())[0]).toMatchObject({ layers: [1] });
  });

  test('are not raised while routers settle, nor of few tokens', () => {
    const watch = new AlertWatch(configuration());
    expect(seen(watch, 50, dead)).toEqual([]);
    expect(
      seen(watch, 70, [
        [3, 3, 0, 0],
        [3, 3, 3, 3],
      ]),
    ).toEqual([]);
  });
});

describe('collapse', () => {
  const raised = (changes: Partial<RoutingMeasures>[], watch = new AlertWatch(configuration())) =>
    changes
      .flatMap((change, index) => watch.evaluation(evaluation(100 + 20 * (index + 1), change)))
      .filter(({ detector }) => detector === 'collapse')
      .map(({ step, layers, value, threshold }) => [step, layers, value, threshold]);
  const full = { maxViolation: [0.2, 2.9] };

  test('by MaxVio near its worst, three times in a row', () => {
    expect(raised([{}, full, full])).toEqual([]);
    expect(raised([{}, full, full, full, full])).toEqual([[180, [1], 2.9, 2.4]]);
    expect(raised([full, full, {}, full, full])).toEqual([]);
  });

  test('by experts or entropy that fall fast', () => {
    expect(raised([{}, { uniqueExperts: [4, 2] }])).toEqual([[140, [1], 2, (2 / 3) * 4]]);
    expect(raised([{}, { uniqueExperts: [4, 3] }])).toEqual([]);
    expect(raised([{}, {}, { entropy: [1.2, 0.5] }])).toEqual([[160, [1], 0.5, 0.55]]);
  });

  test('again only after it was over', () => {
    const fallen = { uniqueExperts: [4, 1] };
    expect(raised([{}, fallen, fallen, {}, fallen])).toHaveLength(1);
    expect(raised([{}, fallen, ...new Array(8).fill({}), fallen])).toHaveLength(2);
  });
});

describe('orthogonality lost', () => {
  const raised = (values: number[], objective?: RunConfigurationInput['objective']) => {
    const watch = new AlertWatch(configuration(objective));
    return values.flatMap((value, index) =>
      watch
        .evaluation(evaluation(20 * index, { orthogonalityMeanSquare: [1e-8, value] }))
        .map(({ step, layer }) => [step, layer]),
    );
  };

  test('above a tenth of a zero router’s distance, which is 0.025 with 4 experts', () => {
    expect(raised([1e-8, 0.02, 0.024])).toEqual([]);
    expect(raised([1e-8, 0.03, 0.03, 0.02, 0.03])).toEqual([[20, 1]]);
    expect(raised([1e-8, 0.03, 0.001, 0.03])).toEqual([
      [20, 1],
      [60, 1],
    ]);
    expect(raised([1e-8, Number.NaN])).toEqual([[20, 1]]);
  });

  test('only what was there is lost, and only under SimBal', () => {
    expect(raised([0.3, 0.2, 0.03, 0.03])).toEqual([]);
    expect(raised([1e-8, 0.3], [{ kind: 'lbl-sequence' }])).toEqual([]);
    expect(raised([1e-8, 0.3], [{ kind: 'simbal', coefficient: 0 }])).toEqual([]);
  });
});

describe('loss and gradients', () => {
  const following = (...steps: ObservedStep[]) => {
    const watch = new AlertWatch(configuration());
    watch.steps(healthySteps(1, 200));
    watch.checkpoint(150);
    watch.checkpoint(200);
    watch.checkpoint(202);
    return watch.steps(steps).map(({ detector, step, checkpoint }) => [detector, step, checkpoint]);
  };
  const many = (from: number, count: number, crossEntropy: number, norm?: number) =>
    Array.from({ length: count }, (_, index) => at(from + index, crossEntropy, norm));

  test('a spike is three steps, raised once', () => {
    expect(following(...many(201, 2, 6), ...healthySteps(203, 260))).toEqual([]);
    expect(following(...many(201, 10, 6))).toEqual([['loss-spike', 203, 200]]);
    expect(following(...many(201, 5, 6), at(206, 3), ...many(207, 5, 6))).toHaveLength(1);
    expect(following(...many(201, 5, 6), ...many(206, 40, 3.1), ...many(246, 5, 6))).toHaveLength(2);
  });

  test('a gradient explosion is three steps above ten times the median', () => {
    expect(following(at(201, 3, 50), at(202, 3, 1), at(203, 3, 50))).toEqual([]);
    expect(following(...many(201, 6, 3.1, 20))).toEqual([['gradient-explosion', 203, 200]]);
    expect(following(...many(201, 6, 3.1, 8))).toEqual([]);
  });

  test('nothing is usual in the first steps', () => {
    const watch = new AlertWatch(configuration());
    expect(watch.steps([...many(1, 20, 3), ...many(21, 12, 30, 400)])).toEqual([]);
  });
});

test('not finite: the newest whole checkpoint is good', () => {
  const watch = new AlertWatch(configuration());
  watch.checkpoint(100);
  expect(watch.failed({ code: 'not-finite', message: 'The loss of step 121 is NaN.' }, 120)).toMatchObject([
    { detector: 'not-finite', severity: 'critical', value: null, step: 120, checkpoint: 100 },
  ]);
  expect(watch.failed({ code: 'worker', message: 'out of memory' }, 120)).toEqual([]);
});

test('what was raised before a pause is not raised after it', () => {
  const watch = new AlertWatch(configuration());
  const spike = [201, 202, 203].map((step) => at(step, 6));
  watch.begin({
    steps: [...healthySteps(140, 200), ...spike],
    evaluations: [evaluation(40), evaluation(60)],
    checkpoints: [60],
  });
  expect(watch.steps([at(204, 6), at(205, 6), at(206, 6), at(207, 6)])).toEqual([]);
});
