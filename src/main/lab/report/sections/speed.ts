// Training tokens a second over training, as measured.
import type { XY } from '../../../../charts/index.ts';
import type { CurvePoint } from '../../../../shared/comparison.ts';
import type { Block, ReportSeries } from '../document.ts';
import type { ReportSource } from '../source.ts';
import { linesFigure, tokensAxis } from './over-training.ts';

/** Stretches of training of equal tokens, at most so many. */
const stretches = 60;

export function speed({ groups }: ReportSource): Block[] {
  const series = groups.flatMap(({ label, runs, colour, look }): ReportSeries[] => {
    const points = averages(runs[0]!.curves.tokensPerSecond);
    return points.length > 0 ? [{ label, colour, dash: look.dash, points }] : [];
  });
  if (series.length === 0) return [{ kind: 'paragraph', text: 'No run has been trained yet.' }];
  const seeds = groups.some(({ runs }) => runs.length > 1) ? ' Of several seeds, the first.' : '';
  return [
    linesFigure({
      id: 'throughput',
      title: 'Training speed',
      caption: `Training tokens a second over up to ${stretches} stretches of training, evaluations not counted.${seeds} Other programs on the machine slow it.`,
      x: tokensAxis,
      y: { label: 'training tokens a second', count: true, zero: true },
      series,
    }),
  ];
}

/** Tokens over seconds of each stretch, at its end. */
function averages(points: readonly CurvePoint[]): XY[] {
  const width = (points.at(-1)?.tokens ?? 0) / stretches;
  const made: XY[] = [];
  let from = { tokens: 0, seconds: 0 };
  for (const point of points) {
    if (point.tokens - from.tokens < width || !(point.seconds > from.seconds)) continue;
    made.push([point.tokens, (point.tokens - from.tokens) / (point.seconds - from.seconds)]);
    from = point;
  }
  return made;
}
