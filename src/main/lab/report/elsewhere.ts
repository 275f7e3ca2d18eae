// Curves that other programs recorded, as a report draws them: over training tokens, beside the runs and in no statistic.
import { basename } from 'node:path';
import { significant, type XY } from '../../../charts/index.ts';
import { LabError } from '../../../shared/errors.ts';
import { type ImportedCurve, quantities, scaleOnto } from '../../../shared/imports.ts';
import type { ReadOnlyStore } from '../../store/index.ts';
import { plain, shown } from '../text.ts';
import type { Block, ReportSeries } from './document.ts';

export interface CurveElsewhere extends Pick<ImportedCurve, 'quantity' | 'sha256' | 'notes'> {
  label: string;
  /** Name of its file. */
  file: string;
  /** Tokens and loss. */
  points: XY[];
}

/** More than a printed figure has dots. */
const resolution = 1600;

/** @throws LabError 'not-found'; 'request' for one that is no loss, or of whose steps nobody knows the tokens */
export function curvesElsewhere(store: ReadOnlyStore, ids: readonly string[]): CurveElsewhere[] {
  return [...new Set(ids)].map((id) => {
    const { name, quantity, source, sha256, notes, ...curve } = store.importedCurves.get(id);
    const scale = scaleOnto(curve, 'tokens');
    if (!isLoss(quantity)) {
      const remedy = 'Leave it out, or import it as one of these.';
      throw refusal(name, `is of ${shown(quantity)}; a report draws ${quantities.join(' and ')}`, remedy);
    }
    if (scale === null) {
      const remedy = 'Import it again with the tokens of a step, or with tokens as its x.';
      throw refusal(name, 'cannot be drawn over tokens: nothing says how many one of its steps has', remedy);
    }
    const { x, values } = store.importedCurves.points(id, { resolution });
    // The axis of losses is logarithmic.
    const points = Array.from(x, (at, index): XY => [at * scale, values[index]!]).filter(
      ([at, value]) => Number.isFinite(at) && Number.isFinite(value) && value > 0,
    );
    return { label: plain(name, 80), quantity, file: plain(basename(source), 120), sha256, notes, points };
  });
}

const isLoss = (quantity: string) => quantities.some((known) => known === quantity);

const refusal = (name: string, reason: string, remedy: string) =>
  new LabError('request', `The imported curve ${shown(name)} ${reason}.`, {
    field: 'curves',
    value: name.slice(0, 100),
    remedy,
  });

/** Dashed in greys, which no balancing objective has but none. */
export const elsewhereSeries = (curves: readonly CurveElsewhere[]): ReportSeries[] =>
  curves
    .filter(({ points }) => points.length > 0)
    .map(({ label, points }, index) => ({ label, points, colour: { key: 'grey', shade: index + 1 }, dash: '5 3' }));

export function elsewhereTable(curves: readonly CurveElsewhere[]): Block[] {
  if (curves.length === 0) return [];
  const noted = curves.some(({ notes }) => notes.length > 0);
  return [
    {
      kind: 'table',
      id: 'elsewhere',
      title: 'Recorded elsewhere',
      columns: [
        { label: 'curve', align: 'left' },
        { label: 'quantity', align: 'left' },
        { label: 'last', align: 'right' },
        { label: 'file', align: 'left' },
        { label: 'sha256', align: 'left' },
        ...(noted ? [{ label: 'in words', align: 'left' as const }] : []),
      ],
      rows: curves.map(({ label, quantity, points, file, sha256, notes }) => [
        label,
        quantity,
        points.length > 0 ? significant(points.at(-1)![1]) : '–',
        file,
        sha256.slice(0, 16),
        ...(noted ? [plain(notes.join(' '), 300)] : []),
      ]),
      note: 'By other programs, on data that nothing here says is the same: drawn beside the runs, and in no statistic.',
    },
  ];
}
