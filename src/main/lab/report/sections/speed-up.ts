// The cost of equal loss over pairs of seeds, at every loss, with its interval; and the paper's number, at the baseline's final loss.
import { grouped, significant, tokenRatioText, type XY } from '../../../../charts/index.ts';
import type { GroupSpeedUp } from '../../../../shared/comparison.ts';
import type { SampleSummary } from '../../../../shared/statistics/index.ts';
import type { Block, Cell, Quantity, ReportSeries } from '../document.ts';
import { missing } from '../quantity.ts';
import type { ReportSource } from '../source.ts';
import { linesFigure } from './over-training.ts';

export function speedUp({ comparison: { statistics }, groups }: ReportSource): Block[] {
  const baseline = groups.find(({ key }) => key === statistics.baseline);
  if (!baseline || groups.length < 2) {
    return [{ kind: 'paragraph', text: 'Nothing to compare with: a speed-up needs two objectives, both evaluated.' }];
  }
  if (statistics.speedUps.length === 0) {
    return [{ kind: 'paragraph', text: `No run shares its seeds with ${baseline.label}, so no two make a pair.` }];
  }
  const series = statistics.speedUps.flatMap((one): ReportSeries[] => {
    const group = groups.find(({ key }) => key === one.group)!;
    const drawn = one.raw.curve.filter(({ tokenRatio }) => tokenRatio !== null);
    if (drawn.length < 2) return [];
    const band = drawn.flatMap(({ loss, tokenRatio }) => {
      const interval = tokenRatio!.count > 2 ? tokenRatio!.interval : null;
      return interval ? [[loss, interval.low, interval.high] as const] : [];
    });
    return [
      {
        label: group.label,
        colour: group.colour,
        marker: group.look.marker,
        dash: group.look.dash,
        points: drawn.map(({ loss, tokenRatio }): XY => [loss, tokenRatio!.mean]),
        ...(band.length > 1 && { band }),
      },
    ];
  });
  const blocks: Block[] = [table(statistics.speedUps, { groups, baseline: baseline.label })];
  if (series.length === 0) {
    blocks.push({
      kind: 'paragraph',
      text: 'No two runs of one seed reached a common loss after their first evaluations.',
    });
    return blocks;
  }
  const losses = series.flatMap(({ points }) => points.map(([loss]) => loss));
  const several = statistics.speedUps.some(({ raw }) => raw.pairs > 1);
  blocks.push(
    linesFigure({
      id: 'speed-up',
      title: `Cost of equal loss, against ${baseline.label}`,
      caption: `Tokens that a run needs to come down to a validation loss, as a share of what ${baseline.label} needs; below 1 is faster. Losses are running minima.${several ? ' Means over pairs of one seed, only where all pairs get there; bands are 95% t intervals from three pairs on.' : ''}`,
      // Loss falls to the right, as training goes.
      x: { label: 'validation loss reached (nats a token)', domain: [Math.max(...losses), Math.min(...losses)] },
      y: { label: `tokens, as a share of those of ${baseline.label}` },
      series,
      width: 'double',
    }),
  );
  return blocks;
}

function table(
  speedUps: readonly GroupSpeedUp[],
  { groups, baseline }: Pick<ReportSource, 'groups'> & { baseline: string },
): Block {
  return {
    kind: 'table',
    id: 'speed-up-final',
    title: `At the final loss of ${baseline}`,
    columns: [
      { label: 'objective', align: 'left' },
      { label: 'pairs', align: 'right', explanation: 'runs of one seed, one of each objective' },
      { label: 'reached', align: 'right', explanation: `pairs in which it came down to the final loss of ${baseline}` },
      { label: 'loss', align: 'right', explanation: 'that loss, mean over pairs' },
      {
        label: 'tokens, as a share',
        align: 'right',
        explanation: 'of the baseline’s, mean over pairs; told only where all pairs reach it',
      },
      { label: 'tokens', align: 'right' },
      { label: 'time, as a share', align: 'right', explanation: 'of the baseline’s seconds of training as measured' },
    ],
    rows: speedUps.map(({ group, raw: { pairs, final } }): Cell[] => [
      groups.find(({ key }) => key === group)!.label,
      count(pairs),
      count(final?.reached ?? 0),
      final ? value(final.loss) : missing,
      ratio(final?.tokenRatio),
      final?.tokenRatio ? tokenRatioText(final.tokenRatio.mean) : 'not reached',
      ratio(final?.secondRatio),
    ]),
    note: 'Evaluations as they are, not smoothed. Mean ± half width of the 95% t interval from three pairs on.',
  };
}

const count = (number: number): Quantity => ({ text: String(number), value: number, low: null, high: null, count: 1 });
const value = (number: number): Quantity => ({
  text: significant(number),
  value: number,
  low: null,
  high: null,
  count: 1,
});

function ratio(summary: SampleSummary | null | undefined): Cell {
  if (!summary) return 'not reached';
  const interval = summary.count > 2 ? summary.interval : null;
  const half = interval ? ` ± ${significant((interval.high - interval.low) / 2, 2)}` : '';
  return {
    text: `${grouped(summary.mean, 3)}${half}`,
    value: summary.mean,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    count: summary.count,
  };
}
