// What pruning studies measured: loss without the top experts (Figure 4 of 2506.14038), perplexity against measured speed with its
// Pareto front, the thresholds of its Table 6, and every setting. A mask that still computes is never given a speed.
import { abbreviated, byteSize, grouped, significant, type XY } from '../../../../charts/index.ts';
import { paretoFront } from '../../../../charts/pareto.ts';
import { lossChange } from '../../../../shared/studies/loss-change.ts';
import type { PruningPart, PruningSetting } from '../../../../shared/studies/pruning.ts';
import { pruningKey } from '../../../../shared/studies/pruning-key.ts';
import { layerOf } from '../../../../shared/studies/pruning-methods.ts';
import { speedRatio } from '../../../../shared/studies/pruning-speed.ts';
import type { Block, Cell, Quantity, ReportSeries } from '../document.ts';
import { missing, quantity, single } from '../quantity.ts';
import type { DrawnGroup, PrunedRun, ReportSource } from '../source.ts';
import { linesFigure, meanOf, seedsCaption } from './over-training.ts';

const none: Block = { kind: 'paragraph', text: 'No pruning study of these runs has been carried out.' };

export function dropTop({ groups, pruning }: ReportSource): Block[] {
  const measured = groups
    .map((group) => ({ ...group, runs: ofGroup(pruning, group.key).filter(({ parts }) => dropped(parts).length > 1) }))
    .filter(({ runs }) => runs.length > 0);
  const series = measured.map(({ label, colour, look, runs }): ReportSeries => {
    const { points, band } = meanOf(runs.map(({ parts }) => dropped(parts)));
    return { label, colour, ...look, points, ...(band.length > 0 && { band }) };
  });
  if (series.length === 0)
    return [
      pruning.length === 0
        ? none
        : { kind: 'paragraph', text: 'The newest pruning studies of these runs dropped no top experts.' },
    ];
  return [
    linesFigure({
      id: 'drop-top',
      title: 'Loss without the top experts',
      caption: `For each token the m most probable experts of each layer are masked and the next ones take their place; a steeper rise means less redundancy (as Figure 4 of arXiv 2506.14038). ${footing(measured.flatMap(({ runs }) => runs))}${seedsCaption(measured)}`,
      x: { label: 'top experts masked', exact: true },
      y: { label: 'validation loss (nats a token)' },
      series,
    }),
  ];
}

/** What was measured on what: runs that differ in it cannot be told apart by it, nor their mean be read as one of seeds. */
function footing(studied: readonly PrunedRun[]): string {
  const all = (read: (part: PruningPart) => number) => [...new Set(studied.map(({ parts }) => read(parts[0]!)))];
  const [steps, tokens] = [all(({ step }) => step), all((part) => part.tokens)];
  const list = (values: number[]) => values.map((value) => grouped(value)).join(', ');
  const equal = steps.length === 1 && tokens.length === 1;
  return `Checkpoints of ${steps.length === 1 ? 'step' : 'the steps'} ${list(steps)}, ${list(tokens)} validation tokens${equal ? '' : ': not all on the same footing'}.`;
}

function dropped(parts: readonly PruningPart[]): XY[] {
  const points = parts.flatMap(({ setting, loss }): XY[] => {
    if (setting.method === 'none') return [[0, loss]];
    return setting.method === 'drop-top' && !setting.renormalise && setting.experts > 0 && layerOf(setting) === null
      ? [[setting.experts, loss]]
      : [];
  });
  return points.sort((a, b) => a[0] - b[0]);
}

export function pruning(source: ReportSource): Block[] {
  const { groups, pruning: studied } = source;
  if (studied.length === 0) return [none];
  const blocks: Block[] = [...thresholds(groups, studied), ...pareto(groups, studied), ...studied.map(everySetting)];
  const masks = studied.some(({ parts }) => parts.some(({ kind }) => kind === 'mask'));
  if (masks)
    blocks.push({
      kind: 'paragraph',
      text: 'A mask computes what it hides: it has a loss and no speed.',
      tone: 'quiet',
    });
  return blocks;
}

type Threshold = Extract<PruningSetting, { method: 'threshold' }>;

/** Perplexity and seconds of the validation pass by threshold, as Table 6. */
function thresholds(groups: readonly DrawnGroup[], studied: readonly PrunedRun[]): Block[] {
  const of = (setting: PruningSetting): setting is Threshold =>
    setting.method === 'threshold' && !setting.renormalise && setting.keepOne && layerOf(setting) === null;
  const values = [
    ...new Set(studied.flatMap(({ parts }) => parts.flatMap(({ setting }) => (of(setting) ? setting.threshold : [])))),
  ];
  if (values.length === 0) return [];
  const there = studied.filter(({ parts }) => parts.some(({ setting }) => of(setting)));
  const measured = groups.filter(({ key }) => ofGroup(studied, key).length > 0);
  const read = (key: string, threshold: number, value: (part: PruningPart) => number | null) =>
    ofGroup(studied, key).map(({ parts }) => {
      const part = parts.find(({ setting }) => of(setting) && setting.threshold === threshold);
      return part ? value(part) : null;
    });
  return [
    {
      kind: 'table',
      id: 'thresholds',
      title: 'Chosen experts dropped under a probability τ',
      columns: [
        { label: 'τ', align: 'right' },
        ...measured.flatMap(({ label }) => [
          { label: `${label}: perplexity`, align: 'right' as const },
          { label: 'seconds', align: 'right' as const, explanation: 'of the validation pass, as measured' },
          { label: 'experts a token', align: 'right' as const },
        ]),
      ],
      rows: values
        .sort((a, b) => a - b)
        .map((threshold): Cell[] => [
          single(threshold, String),
          ...measured.flatMap(({ key }): Cell[] => [
            quantity(read(key, threshold, ({ perplexity }) => perplexity)),
            quantity(
              read(key, threshold, ({ seconds }) => seconds),
              (value) => significant(value, 3),
            ),
            quantity(
              read(key, threshold, ({ activeExperts }) => activeExperts),
              (value) => grouped(value, 2),
            ),
          ]),
        ]),
      note: `As Table 6 of arXiv 2506.14038; the most probable expert of a token always stays, gates are not renormalised. ${footing(there)}`,
    },
  ];
}

/** Speed as a ratio to the unpruned model of the same machine and moment, at the largest batch that was timed. */
function pareto(groups: readonly DrawnGroup[], studied: readonly PrunedRun[]): Block[] {
  const series = groups.flatMap(({ key, label, colour, look }): ReportSeries[] => {
    const points = ofGroup(studied, key)
      .flatMap(({ parts }) => parts.flatMap(speedPoint))
      .sort((a, b) => a[0] - b[0]);
    if (points.length === 0) return [];
    return [
      { label: `${label}, front`, colour, dash: look.dash, points: front(points) },
      { label, colour, marker: look.marker, scattered: true, points },
    ];
  });
  if (series.length === 0) return [];
  return [
    linesFigure({
      id: 'pareto',
      title: 'Perplexity against speed',
      caption:
        'Each mark is a setting: its validation perplexity, and tokens a second of its forward pass over those of the unpruned model, measured in turns at the largest batch. The line joins settings that no other beats in both.',
      x: { label: 'speed, as a multiple of the unpruned model’s' },
      y: { label: 'validation perplexity' },
      series,
      width: 'double',
    }),
  ];
}

function speedPoint({ kind, throughput, perplexity }: PruningPart): XY[] {
  const timed = throughput?.toSorted((a, b) => a.batch - b.batch).at(-1);
  if (kind === 'mask' || !timed || !Number.isFinite(perplexity)) return [];
  return [[speedRatio(timed).median, perplexity]];
}

const front = (points: readonly XY[]) =>
  paretoFront(
    points.map(([x, y]) => ({ x, y })),
    { x: 'higher', y: 'lower' },
  ).map(({ x, y }): XY => [x, y]);

function everySetting({ label, parts, device }: PrunedRun, index: number): Block {
  const unpruned = parts.find(({ setting }) => setting.method === 'none');
  const batches = [...new Set(parts.flatMap(({ throughput }) => throughput?.map(({ batch }) => batch) ?? []))];
  const right = 'right' as const;
  return {
    kind: 'table',
    id: `pruning-${index + 1}`,
    title: `Every setting: ${label}`,
    columns: [
      { label: 'setting', align: 'left' },
      { label: 'perplexity', align: right },
      {
        label: 'Δ loss',
        align: right,
        explanation: 'against the unpruned model, paired by blocks of validation tokens',
      },
      { label: 'experts a token', align: right },
      ...batches.flatMap((batch) => [
        { label: `tokens/s at ${batch}`, align: right },
        {
          label: '×',
          align: right,
          explanation: `speed at ${batch} over that of the unpruned model, measured in turns`,
        },
      ]),
      { label: 'weights', align: right },
      { label: 'FLOPs a token', align: right },
    ],
    rows: parts.map((part): Cell[] => [
      part.setting.method === 'none' ? 'unpruned' : pruningKey(part.setting),
      single(part.perplexity),
      part === unpruned || !unpruned ? missing : change(part, unpruned),
      single(part.activeExperts, (value) => grouped(value, 2)),
      ...batches.flatMap((batch): Cell[] => {
        const timed = part.throughput?.find((one) => one.batch === batch);
        if (!timed) return [missing, missing];
        return [
          single(timed.tokensPerSecond.median, (value) => grouped(value)),
          single(speedRatio(timed).median, (value) => significant(value, 3)),
        ];
      }),
      single(part.bytes, byteSize),
      single(part.flopsPerToken, abbreviated),
    ]),
    note: `At step ${grouped(parts[0]!.step)}, on ${grouped(parts[0]!.tokens)} validation tokens${device ? `, ${device}` : ''}. Δ ± half width of the 95% t interval over blocks; speeds are medians.`,
  };
}

function change(part: PruningPart, unpruned: PruningPart): Cell {
  const found = lossChange(part, unpruned);
  if (!found) return missing;
  const { mean, interval, count } = found;
  const half = interval && (interval.high - interval.low) / 2;
  const text = `${mean > 0 ? '+' : ''}${significant(mean, 3)}${half === null ? '' : ` ± ${significant(half, 2)}`}`;
  return { text, value: mean, low: interval?.low ?? null, high: interval?.high ?? null, count } satisfies Quantity;
}

const ofGroup = (studied: readonly PrunedRun[], key: string) => studied.filter(({ group }) => group === key);
