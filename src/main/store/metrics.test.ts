// Curves against a plain scan of everything that was appended.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bucket, openStore, type Point, type Series, type Store } from './index.ts';
import { failure, sampleRun, sampleSegment, sampleStart, sampleStep, temporaryHome } from './sample-data.ts';

let store: Store;
let remove: () => void;

beforeAll(() => {
  const temporary = temporaryHome();
  remove = temporary.remove;
  store = openStore(temporary.home);
});

afterAll(() => {
  store.close();
  remove();
});

/** The slow twin of a run's curve: later segments written over earlier ones, step by step. */
interface Model {
  run: string;
  /** The newest segment of every step, with its value or, where it skipped the step, null. */
  shown: Map<number, { segment: number; value: number | null }>;
  hidden: { segment: number; point: Point }[];
}

const points = ({ shown }: Pick<Model, 'shown'>, from = 0, to = Number.MAX_SAFE_INTEGER): Point[] =>
  [...shown]
    .filter(([step, { value }]) => value !== null && from <= step && step <= to)
    .map(([step, { value }]) => ({ step, value: value! }))
    .sort((a, b) => a.step - b.step);

function summary(all: Point[]): Omit<Bucket, 'from' | 'to'> {
  const finite = all.filter(({ value }) => Number.isFinite(value));
  const extreme = (choose: (...values: number[]) => number) => {
    const value = finite.reduce((best, point) => choose(best, point.value), finite[0]?.value ?? 0);
    return finite.find((point) => point.value === value) ?? null;
  };
  return {
    count: all.length,
    first: all[0]!,
    last: all.at(-1)!,
    min: extreme(Math.min),
    max: extreme(Math.max),
    notFinite: all.length - finite.length,
    firstNotFinite: all.find(({ value }) => !Number.isFinite(value)) ?? null,
  };
}

function expectSame(series: Series, expected: Point[], resolution: number): void {
  if (series.kind === 'points') {
    expect(series.points).toEqual(expected);
    return;
  }
  const { buckets } = series;
  expect(buckets.length).toBeLessThanOrEqual(resolution);
  let count = 0;
  for (const { from, to, ...found } of buckets) {
    expect(found).toEqual(summary(expected.filter(({ step }) => from <= step && step <= to)));
    count += found.count;
  }
  expect(count).toBe(expected.length);
  expect(buckets.map(({ from }) => from)).toEqual(buckets.map(({ from }) => from).sort((a, b) => a - b));
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
);

/** Execution of one worker: where it goes back to (a share of what is there), the gaps between its steps, batch size. */
const execution = fc.record({
  back: fc.double({ min: 0, max: 1, noNaN: true }),
  gaps: fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 40 })), {
    minLength: 20,
    maxLength: 400,
    size: 'max',
  }),
  batch: fc.integer({ min: 1, max: 50 }),
  values: fc.array(value, { minLength: 1, maxLength: 30 }),
  fork: fc.boolean(),
});
type Execution = typeof execution extends fc.Arbitrary<infer Type> ? Type : never;

const newestStep = (model: Model) => Math.max(0, ...model.shown.keys());

function execute(
  model: Model,
  { gaps, batch, values }: Execution,
  fromStep: number,
  parent?: { run: string; step: number },
): void {
  const segment = store.segments.begin(model.run, { fromStep, start: sampleStart, ...(parent && { parent }) }).id;
  let step = fromStep;
  const steps = gaps.map((gap, index) => {
    step += gap;
    return sampleStep(step, values[index % values.length]!);
  });
  for (let start = 0; start < steps.length; start += batch)
    store.metrics.append(segment, steps.slice(start, start + batch));
  store.segments.end(segment, { outcome: 'paused', step });
  for (let covered = fromStep + 1; covered <= step; covered++) {
    const under = model.shown.get(covered);
    if (under && under.value !== null && under.segment >= 0) {
      model.hidden.push({ segment: under.segment, point: { step: covered, value: under.value } });
    }
    model.shown.set(covered, { segment, value: steps.find((each) => each.step === covered)?.loss ?? null });
  }
}

function forked(from: Model, step: number): Model {
  const inherited = [...from.shown]
    .filter(([each]) => each <= step)
    .map(([each, { value }]) => [each, { segment: -1, value }] as const);
  return { run: sampleRun(store).id, shown: new Map(inherited), hidden: [] };
}

test('every curve, of restarts and forks alike, is the plain scan at every range and resolution', () => {
  const question = fc.record({
    from: fc.nat(1500),
    length: fc.nat(4000),
    resolution: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 300 })),
  });
  fc.assert(
    fc.property(
      fc.array(execution, { minLength: 1, maxLength: 6 }),
      fc.array(question, { minLength: 4, maxLength: 8 }),
      (executions, questions) => {
        let model: Model = { run: sampleRun(store).id, shown: new Map(), hidden: [] };
        const models = [model];
        for (const each of executions) {
          const step = Math.floor(newestStep(model) * each.back);
          if (!each.fork || newestStep(model) === 0) {
            execute(model, each, step);
            continue;
          }
          const parent = { run: model.run, step };
          model = forked(model, step);
          models.push(model);
          execute(model, each, step, parent);
        }
        for (const each of models) {
          expectSame(store.metrics.series(each.run, 'loss'), points(each), Infinity);
          for (const { from, length, resolution } of questions) {
            const to = from + length;
            expectSame(
              store.metrics.series(each.run, 'loss', { from, to, resolution }),
              points(each, from, to),
              resolution,
            );
          }
          const superseded = store.metrics
            .superseded(each.run, 'loss')
            .flatMap(({ segment, series }) =>
              series.kind === 'points' ? series.points.map((point) => ({ segment, point })) : [],
            );
          const order = (a: (typeof superseded)[0], b: (typeof superseded)[0]) =>
            a.segment - b.segment || a.point.step - b.point.step;
          expect(superseded.sort(order)).toEqual(each.hidden.sort(order));
        }
      },
    ),
    // Shrinking would replay thousands of transactions; the seed in the message repeats the case.
    { numRuns: 40, endOnFailure: true },
  );
});

test('a million points come back with their count and their extremes', () => {
  const run = sampleRun(store).id;
  const segment = sampleSegment(store, run);
  const total = 100_000;
  const spike = 77_777;
  const dip = 12_345;
  const series = 11;
  for (let start = 1; start <= total; start += 2_500) {
    const batch = Array.from({ length: 2_500 }, (_, index) => sampleStep(start + index, 3));
    for (const each of batch) {
      if (each.step === spike) each.loss = 1e30;
      if (each.step === dip) each.loss = -1e30;
      if (each.step === 50_000) each.loss = Number.NaN;
    }
    store.metrics.append(segment, batch);
  }
  const names = store.metrics.names(run);
  expect(names).toHaveLength(series);
  const counts = names.map((name) => {
    const curve = store.metrics.series(run, name, { resolution: 500 });
    return curve.kind === 'buckets' ? curve.buckets.reduce((sum, { count }) => sum + count, 0) : 0;
  });
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(series * total);
  const whole = store.metrics.series(run, 'loss', { resolution: 1 });
  expect(whole).toMatchObject({
    kind: 'buckets',
    buckets: [
      {
        count: total,
        first: { step: 1, value: 3 },
        last: { step: total, value: 3 },
        min: { step: dip, value: -1e30 },
        max: { step: spike, value: 1e30 },
        notFinite: 1,
        firstNotFinite: { step: 50_000, value: Number.NaN },
      },
    ],
  });
});

describe('one segment', () => {
  test('tells last, names and other x-axes', () => {
    const run = sampleRun(store).id;
    expect(store.metrics.last(run)).toBeNull();
    const segment = sampleSegment(store, run);
    const steps = Array.from({ length: 100 }, (_, index) => sampleStep(index + 1));
    steps.at(-1)!.terms.simbal = Number.NaN;
    store.metrics.append(segment, steps);
    expect(store.metrics.last(run)).toEqual(steps.at(-1));
    expect(store.metrics.names(run)).toContain('terms.loss-free-bias');
    const axes = ['loss', 'tokens'].map((name) => store.metrics.series(run, name, { resolution: 9 }));
    const [loss, tokens] = axes.map((curve) =>
      curve.kind === 'buckets' ? curve.buckets.map(({ from, to }) => [from, to]) : null,
    );
    expect(loss).toEqual(tokens);
    expect(store.metrics.series(run, 'unknown')).toEqual({ kind: 'points', points: [] });
    expect(store.metrics.series(run, 'loss', { from: 50, to: 40 })).toEqual({ kind: 'points', points: [] });
  });

  test('refuses a batch whole when a step does not ascend or a value is no number', () => {
    const run = sampleRun(store).id;
    const segment = sampleSegment(store, run, 10);
    store.metrics.append(segment, [sampleStep(11)]);
    const bad = [
      [sampleStep(12), sampleStep(12)],
      [sampleStep(11)],
      [sampleStep(12), { ...sampleStep(13), loss: null as unknown as number }],
      [sampleStep(12.5)],
    ];
    for (const batch of bad) {
      expect(failure(() => store.metrics.append(segment, batch))).toMatchObject({ code: 'request' });
    }
    expect(failure(() => store.metrics.series(run, 'loss', { resolution: 0 }))).toMatchObject({ code: 'request' });
    expect(store.metrics.last(run)?.step).toBe(11);
    store.metrics.append(segment, [sampleStep(12)]);
    store.metrics.append(segment, []);
    expect(store.metrics.last(run)?.step).toBe(12);
  });
});
