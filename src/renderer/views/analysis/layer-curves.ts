// What a measurement has of each layer at each checkpoint, as the curves of one chart: the mean over layers, one layer, or all.
import type { XY } from '../../../charts/index.ts';
import type { PlotSeries } from '../../../charts/plot.ts';
import { mean } from '../../../shared/statistics/index.ts';

/** A layer by its number, or all of them. */
export type LayerChoice = 'mean' | 'every' | number;

export interface LayerValues {
  /** L; null or not a number where a layer has none. */
  values: readonly (number | null)[];
  /** L, around the values. */
  intervals?: readonly (readonly [low: number, high: number])[];
}

export interface CurveMember<Part> {
  run: { id: string };
  label: string;
  colour: string;
  /** In ascending steps. */
  parts: readonly Part[];
}

/** `read` gives null at a checkpoint that has nothing of this kind. An interval is drawn around a single layer, never a mean. */
export function layerSeries<Part extends { step: number }>(
  members: readonly CurveMember<Part>[],
  read: (part: Part) => LayerValues | null,
  choice: LayerChoice,
): PlotSeries[] {
  return members.flatMap(({ run, label, colour, parts }): PlotSeries[] => {
    const measured = parts.flatMap((part) => {
      const values = read(part);
      return values ? [{ step: part.step, ...values }] : [];
    });
    if (measured.length === 0) return [];
    if (choice === 'mean') {
      const points = measured.map(({ step, values }): XY => [step, meanOf(values)]);
      return [{ id: run.id, label, colour, marks: true, points }];
    }
    const layers = measured[0]!.values.length;
    const wanted = choice === 'every' ? Array.from({ length: layers }, (_, layer) => layer) : [choice];
    return wanted.flatMap((layer): PlotSeries[] => {
      if (layer >= layers) return [];
      const band = measured.flatMap(({ step, intervals }) => {
        const [low, high] = intervals?.[layer] ?? [Number.NaN, Number.NaN];
        return Number.isFinite(low) && Number.isFinite(high) ? [[step, low, high] as const] : [];
      });
      return [
        {
          id: `${run.id} ${layer}`,
          label: choice === 'every' ? `${label}, layer ${layer}` : label,
          colour: choice === 'every' ? layerColour(colour, layer, layers) : colour,
          marks: true,
          points: measured.map(({ step, values }): XY => [step, values[layer] ?? Number.NaN]),
          ...(band.length > 0 && { band }),
        },
      ];
    });
  });
}

const meanOf = (values: readonly (number | null)[]) => {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  return known.length === 0 ? Number.NaN : mean(known);
};

/** The first layer has the run's colour, the last one is nearest to ink. */
function layerColour(colour: string, layer: number, layers: number): string {
  const share = layers < 2 ? 100 : Math.round(100 - (60 * layer) / (layers - 1));
  return share === 100 ? colour : `color-mix(in oklab, ${colour} ${share}%, var(--ink, #1b1d21))`;
}

/** A level that curves are read against, as a dashed line from the first to the last step. */
export function referenceLine(label: string, level: number, [from, to]: readonly [number, number]): PlotSeries {
  return {
    id: `reference ${label}`,
    label,
    colour: 'var(--quiet, #5d636d)',
    look: 'dashed',
    points: [
      [from, level],
      [to, level],
    ],
  };
}
