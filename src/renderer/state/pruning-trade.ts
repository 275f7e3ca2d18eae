// What dropping costs and buys: measured settings as points of a plot, and in a sentence for each group of runs. Pure.
import { abbreviated, byteSize, grouped, significant } from '../../charts/index.ts';
import type { Better } from '../../charts/pareto.ts';
import type { ScatterPoint, Shape } from '../../charts/scatter.ts';
import { mean, meanInterval } from '../../shared/statistics/index.ts';
import type { PruningSetting } from '../../shared/studies/pruning.ts';
import { speedRatio } from '../../shared/studies/pruning-speed.ts';
import { asFine } from '../ui/words.ts';
import { isControl, type MeasuredGroup, type MeasuredSetting, riseOf, speedAt } from './pruning-results.ts';

export const tradeAxes = ['speed', 'ratio', 'bytes', 'flops'] as const;
export type TradeAxis = (typeof tradeAxes)[number];

export interface TradeAxisWords {
  /** In a list of choices. */
  choice: string;
  label: (batch: number) => string;
  better: Better;
  tick: (value: number) => string;
  /** Of a single point. */
  format: (value: number) => string;
}

const sequences = (batch: number) => `a batch of ${grouped(batch)}`;

export const tradeAxisWords: Readonly<Record<TradeAxis, TradeAxisWords>> = {
  speed: {
    choice: 'measured tokens/s',
    label: (batch) => `measured tokens/s, ${sequences(batch)}`,
    better: 'higher',
    tick: abbreviated,
    format: (value) => `${grouped(value)} tokens/s`,
  },
  ratio: {
    choice: 'measured speed, unpruned = 1',
    label: (batch) => `measured speed, unpruned = 1, ${sequences(batch)}`,
    better: 'higher',
    tick: (value) => `${grouped(value, 2)}×`,
    format: (value) => `${grouped(value, 3)}× the unpruned speed`,
  },
  bytes: {
    choice: 'bytes of weights',
    label: () => 'bytes of weights',
    better: 'lower',
    tick: byteSize,
    format: byteSize,
  },
  flops: {
    choice: 'FLOPs a token',
    label: () => 'counted FLOPs of a forward pass, a token',
    better: 'lower',
    tick: abbreviated,
    format: (value) => `${significant(value, 4)} FLOPs a token`,
  },
};

type Method = PruningSetting['method'];
export const methodShapes: Readonly<Record<Method, { shape: Shape; label: string }>> = {
  none: { shape: 'star', label: 'unpruned' },
  'drop-top': { shape: 'triangle down', label: 'top experts dropped' },
  threshold: { shape: 'circle', label: 'threshold' },
  'fewer-active': { shape: 'diamond', label: 'fewer active' },
  dynamic: { shape: 'triangle', label: 'dynamic K' },
  remove: { shape: 'square', label: 'experts removed' },
  merge: { shape: 'cross', label: 'experts merged' },
};

/** Every setting of every run; a mask, and what was not timed, has no x. */
export function tradePoints(groups: readonly MeasuredGroup[], axis: TradeAxis, batch: number): ScatterPoint[] {
  return groups.flatMap(({ runs }) =>
    runs.flatMap(({ run, label, colour, settings }) =>
      settings.map((measured): ScatterPoint => {
        const { x, range } = placeOf(measured, axis, batch);
        const { shape } = methodShapes[measured.setting.method];
        return {
          id: `${run.id} ${measured.name}`,
          label,
          name: measured.name,
          colour,
          shape,
          x,
          range,
          y: measured.part.perplexity,
        };
      }),
    ),
  );
}

type Place = Pick<ScatterPoint, 'x' | 'range'>;

function placeOf(measured: MeasuredSetting, axis: TradeAxis, batch: number): Place {
  const { part } = measured;
  if (part.kind === 'mask') return { x: null, range: null };
  if (axis === 'bytes') return { x: part.bytes, range: null };
  if (axis === 'flops') return { x: part.flopsPerToken, range: null };
  const speed = speedAt(measured, batch);
  if (!speed) return { x: null, range: null };
  const { median, low, high } = axis === 'ratio' ? speedRatio(speed) : speed.tokensPerSecond;
  return { x: median, range: [low, high] };
}

export interface Bargain {
  key: string;
  label: string;
  colour: string;
  sentence: string;
}

/** The fastest setting whose loss rises by no more than `most` nats, over all runs of each group. */
export function bargains(groups: readonly MeasuredGroup[], batch: number, most: number): Bargain[] {
  return groups.map((group) => ({
    key: group.key,
    label: group.label,
    colour: group.colour,
    sentence: bargainSentence(group, batch, most),
  }));
}

function bargainSentence({ runs }: MeasuredGroup, batch: number, most: number): string {
  const asked = runs.flatMap(({ settings }) =>
    settings.filter(({ setting }) => setting.method !== 'none' && !isControl(setting)),
  );
  const offers = [...Map.groupBy(asked, ({ name }) => name)].flatMap(([name, members]) => {
    const speeds = members.flatMap((one) => speedAt(one, batch) ?? []);
    if (speeds.length < runs.length) return [];
    const ratio = mean(speeds.map((speed) => speedRatio(speed).median));
    // Faster than chance only where the quartiles of the two leave each other alone, and those of their ratio 1, in every run.
    const clear = speeds.every((speed) => speed.tokensPerSecond.low > speed.unpruned.high && speedRatio(speed).low > 1);
    return [{ name, ratio, clear, members, rise: mean(members.map(riseOf)) }];
  });
  const where = `at ${sequences(batch)}`;
  const limit = `${significant(most, 2)} nats`;
  const fastest = offers.filter(({ rise }) => rise <= most).toSorted((a, b) => b.ratio - a.ratio)[0];
  if (offers.length === 0) return `No setting was timed ${where}.`;
  if (!fastest) return `Every setting that was timed costs more than ${limit}.`;
  const { name, ratio, clear, members } = fastest;
  const cost = costText(members);
  if (ratio <= 1 || !clear)
    return `No setting within ${limit} is clearly faster ${where}: the best, ${name}, has ${grouped(ratio, 2)}× the speed for ${cost}.`;
  return `${name} gives ${grouped(ratio, 2)}× the speed ${where} for ${cost}.`;
}

/** With its interval: over seeds from three on, over validation blocks of one run. */
function costText(members: readonly MeasuredSetting[]): string {
  const over = members.length === 1 ? members[0]!.change?.interval : null;
  const { mean: rise, half } = over
    ? { mean: riseOf(members[0]!), half: (over.high - over.low) / 2 }
    : meanInterval(members.map(riseOf));
  const sign = rise < 0 ? '' : '+';
  if (half === null) return `${sign}${significant(rise, 2)} nats`;
  const what = over ? 'blocks' : 'seeds';
  return `${sign}${asFine(rise, half)} ± ${asFine(half, half)} nats (95% interval over ${what})`;
}

/** Points whose perplexity is at most so many times the best one's, and how many are above. */
export function within<Point extends { y: number }>(
  points: readonly Point[],
  times: number,
): { shown: Point[]; above: number } {
  const best = Math.min(...points.map(({ y }) => y));
  const shown = points.filter(({ y }) => y <= best * times);
  return { shown, above: points.length - shown.length };
}
