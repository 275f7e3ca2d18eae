// The figures of a comparison page.
import {
  type ChartSeries,
  countTicks,
  type Figure,
  heatMaps,
  lineChart,
  runColour,
  significant,
  type XY,
} from '../../../charts/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import type { ComparedRun, Comparison } from '../comparison/compare.ts';
import { baselines } from '../comparison/equal-loss-text.ts';
import { runLabels } from '../comparison/labels.ts';

const tokens = { label: 'training tokens', format: countTicks, zero: true, exact: true };
const half = { width: 460, height: 290 };

interface Drawn {
  run: ComparedRun;
  label: string;
  colour: string;
}

const drawn = ({ runs }: Comparison): Drawn[] => {
  const labels = runLabels(runs);
  return runs.map((run, index) => ({ run, label: labels[index]!, colour: runColour(run.colour, run.shade) }));
};

/** The validation loss, measured, over the training loss of every step, faint. */
export function lossFigure(comparison: Comparison, size: { id: string; width: number; height: number }): Figure {
  const series = drawn(comparison).flatMap(({ run, label, colour }): ChartSeries[] => [
    { label, colour, look: 'faint', points: run.curves.crossEntropy.map(({ tokens, value }) => [tokens, value]) },
    { label, colour, marks: true, points: run.evaluations.map(({ tokens, loss }) => [tokens, loss]) },
  ]);
  return lineChart({
    ...size,
    title: 'Loss',
    description: `Validation loss at each evaluation, and behind it the training loss of every step. ${ends(series)}`,
    x: tokens,
    y: { label: 'cross-entropy (nats a token)', scale: 'log' },
    series,
  });
}

export function speedUpFigure(comparison: Comparison): Figure | null {
  const [baseline] = baselines(comparison.runs);
  const name = drawn(comparison).find(({ run }) => run === baseline)?.label;
  const series = drawn(comparison).flatMap(({ run, label, colour }): ChartSeries[] => {
    const curve = run.speedUps.find((other) => other.baseline === baseline?.id)?.curve ?? [];
    // Loss falls to the right, as training goes.
    const points = curve.map(({ loss, tokenRatio }): XY => [-loss, tokenRatio]);
    return points.length > 1 ? [{ label, colour, marks: true, points }] : [];
  });
  if (series.length === 0) return null;
  return lineChart({
    ...half,
    id: 'speed-up',
    title: `To the same loss, against ${name}`,
    description: `Below 1 a run needs fewer tokens than ${name} to reach that validation loss. ${ends(series)}`,
    x: { label: 'validation loss reached (nats a token)', format: (value) => significant(-value, 3), exact: true },
    y: { label: `tokens, as a share of ${name}’s` },
    series,
  });
}

export function routingFigures(comparison: Comparison): Figure[] {
  const routed = drawn(comparison).filter(({ run }) => run.evaluations.some(({ routing }) => routing));
  if (routed.length === 0) return [];
  const most = Math.max(...routed.map(({ run }) => run.configuration.model.experts));
  return [
    overTraining(routed, {
      id: 'unique-experts',
      title: 'Experts used',
      about: 'Experts that any validation token was routed to, mean over layers.',
      label: `experts, of ${most} a layer`,
      read: ({ routing }) => routing && mean(routing.uniqueExperts),
    }),
    overTraining(routed, {
      id: 'max-violation',
      title: 'Balance',
      about: 'MaxVio: largest load over mean load, less 1, mean over layers; 0 is perfect balance.',
      label: 'MaxVio (mean over layers)',
      zero: true,
      read: ({ routing }) => routing && mean(routing.maxViolation),
    }),
    overTraining(routed, {
      id: 'sequence-utilization',
      title: 'Experts used within a sequence',
      about: 'Share of the experts that a single sequence uses, averaged over sequences and layers.',
      label: 'share of the experts',
      read: ({ routing }) => routing && mean(routing.sequenceExpertUtilization),
    }),
    overTraining(routed, {
      id: 'orthogonality',
      title: 'Router orthogonality',
      about: 'Mean of the entries of (RᵀR − I)², over layers; lower is closer to orthonormal.',
      label: 'mean (RᵀR − I)²',
      scale: 'log',
      read: ({ routing }) => routing && mean(routing.orthogonalityMeanSquare),
    }),
  ];
}

/** At as many steps as there are maps in a row. */
export function utilizationFigure(
  comparison: Comparison,
  { id, width, maps: many }: { id: string; width: number; maps: number },
): Figure | null {
  const rows = drawn(comparison).flatMap(({ run, label, colour }) => {
    const routed = run.evaluations.filter(({ routing }) => routing);
    const maps = spread(routed, many).map(({ step, routing }) => ({ label: `step ${step}`, counts: routing!.counts }));
    return maps.length > 0 ? [{ label, colour, maps }] : [];
  });
  if (rows.length === 0) return null;
  const models = comparison.runs.map(({ configuration }) => configuration.model);
  return heatMaps({
    id,
    title: 'Which expert does the work',
    description:
      'For each run and step a map of the load of every expert (across) in every layer (down), in multiples of the mean load on the validation tokens.',
    width,
    rows,
    most: Math.max(...models.map(({ experts, active }) => experts / active)),
  });
}

/** Min PES over training, then PES of every layer for each run on one common scale. */
export function similarityFigures(comparison: Comparison): Figure[] {
  const measured = drawn(comparison).filter(({ run }) => run.evaluations.some(({ similarity }) => similarity));
  if (measured.length === 0) return [];
  const minimum = overTraining(measured, {
    id: 'min-pes',
    title: 'Min PES',
    about: 'Pairwise expert similarity in the layer where it is lowest. Lower is less redundant.',
    label: 'Min PES',
    zero: true,
    exact: true,
    read: ({ similarity }) => similarity?.minimum,
  });
  const all = measured.flatMap(({ run }) => run.evaluations.flatMap(({ similarity }) => similarity?.pes ?? []));
  const domain = [Math.min(0, ...all), Math.max(...all)] as const;
  const layers = measured.map(({ run, label, colour }, index) => {
    const evaluations = run.evaluations.filter(({ similarity }) => similarity);
    const count = evaluations[0]!.similarity!.pes.length;
    const series = Array.from({ length: count }, (_, layer): ChartSeries => {
      const share = Math.round(40 + (60 * layer) / Math.max(1, count - 1));
      return {
        label: `layer ${layer}`,
        colour: `color-mix(in oklab, ${colour} ${share}%, var(--paper, #ffffff))`,
        marks: true,
        points: evaluations.map((evaluation): XY => [evaluation.tokens, evaluation.similarity!.pes[layer]!]),
      };
    });
    return lineChart({
      ...half,
      id: `pes-${index}`,
      title: `PES by layer: ${label}`,
      description: `Pairwise expert similarity of each layer over training, with ${label}. ${ends(series)}`,
      x: tokens,
      y: { label: 'PES', domain },
      series,
    });
  });
  return [minimum, ...layers];
}

export function throughputFigure(comparison: Comparison): Figure {
  const series = drawn(comparison).map(({ run, label, colour }) => ({
    label,
    colour,
    points: run.curves.tokensPerSecond.map(({ tokens, value }): XY => [tokens, value]),
  }));
  return lineChart({
    ...half,
    id: 'throughput',
    title: 'Training speed',
    description: `Training tokens a second, step by step, evaluations not counted. ${ends(series)}`,
    x: tokens,
    y: { label: 'training tokens a second', format: countTicks, zero: true },
    series,
  });
}

interface Measure {
  id: string;
  title: string;
  about: string;
  label: string;
  scale?: 'log';
  zero?: boolean;
  exact?: boolean;
  read: (evaluation: Evaluation) => number | null | undefined;
}

function overTraining(runs: readonly Drawn[], { id, title, about, read, ...y }: Measure): Figure {
  const series = runs.map(({ run, label, colour }) => ({
    label,
    colour,
    marks: true,
    points: run.evaluations.flatMap((evaluation): XY[] => {
      const value = read(evaluation);
      return value == null ? [] : [[evaluation.tokens, value]];
    }),
  }));
  return lineChart({ ...half, id, title, description: `${about} ${ends(series)}`, x: tokens, y, series });
}

/** Where each curve ends, for those who cannot see it. */
function ends(series: readonly ChartSeries[]): string {
  const last = series
    .filter(({ look, points }) => look !== 'faint' && points.length > 0)
    .map(({ label, points }) => `${label} ${significant(points.at(-1)![1])}`);
  return last.length > 0 ? `At the end: ${last.join(', ')}.` : 'Nothing was measured yet.';
}

/** The first, the last, and evenly some between. */
function spread<Item>(items: readonly Item[], many: number): Item[] {
  if (items.length <= many) return [...items];
  return Array.from({ length: many }, (_, index) => items[Math.round((index * (items.length - 1)) / (many - 1))]!);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
