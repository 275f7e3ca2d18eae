// What a report is made of, read once: the comparison with its runs as drawn groups of seeds, what happened to each run, and the
// pruning studies that are there.
import { type ColumnWidth, type Look, lookOf } from '../../../charts/index.ts';
import { type ColourKey, objectiveColour } from '../../../shared/config/index.ts';
import type { EventRow, SegmentRow } from '../../../shared/records.ts';
import type { PruningPart } from '../../../shared/studies/pruning.ts';
import { pruningKey } from '../../../shared/studies/pruning-key.ts';
import type { StudyRow } from '../../../shared/studies/study.ts';
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import { type ComparedRun, type Comparison, compare } from '../comparison/compare.ts';
import { runLabels } from '../comparison/labels.ts';
import { plain } from '../text.ts';
import { type CurveElsewhere, curvesElsewhere } from './elsewhere.ts';

export interface ReportSource {
  comparison: Comparison;
  groups: DrawnGroup[];
  /** A name for each run, in the order of the comparison. */
  labels: string[];
  /** Null where only a comparison is known. */
  histories: RunHistory[] | null;
  pruning: PrunedRun[];
  /** Curves of other programs. */
  elsewhere: CurveElsewhere[];
  /** What is damaged in the store and therefore not in the report, a sentence each. */
  damaged: string[];
  /** Command lines that do it again, in order. */
  again: readonly string[];
  /** What they do not bring back. */
  limits: readonly string[];
}

/** Runs that differ in nothing but seeds and engine. */
export interface DrawnGroup {
  key: string;
  label: string;
  /** Those that its numbers are of: the complete ones, else the one that is furthest; and all. */
  runs: ComparedRun[];
  all: ComparedRun[];
  colour: { key: ColourKey; shade: number };
  look: Look;
}

export interface RunHistory {
  run: RunRow;
  label: string;
  segments: SegmentRow[];
  events: EventRow[];
}

/** What was measured of a run on the footing of its newest pruning study: one checkpoint, sample and device. */
export interface PrunedRun {
  run: string;
  group: string;
  label: string;
  device: string | null;
  parts: PruningPart[];
}

export interface Again {
  again: readonly string[];
  limits: readonly string[];
}

/** Most stretches of a curve, each with its extremes: more than a printed figure has dots. */
const resolution = 400;

/**
 * @param again command lines, from the runs themselves
 * @param curves ids of imported ones
 */
export function readSource(
  store: ReadOnlyStore,
  runs: readonly string[],
  again: (rows: RunRow[]) => Again,
  curves: readonly string[] = [],
): ReportSource {
  const comparison = compare(store, runs, { resolution });
  const source = comparisonSource(comparison, { again: [], limits: [] });
  const rows = comparison.runs.map(({ id }) => store.runs.get(id));
  return {
    ...source,
    ...again(rows),
    histories: rows.map((run, index) => ({
      run,
      label: source.labels[index]!,
      segments: store.segments.list(run.id),
      events: store.events.list(run.id),
    })),
    pruning: prunedRuns(store, source),
    elsewhere: curvesElsewhere(store, curves),
    damaged: [...source.damaged, ...rows.flatMap((run) => damagedParts(store, run.id))],
  };
}

/** Where nothing but the comparison is known. */
export function comparisonSource(comparison: Comparison, again: Again): ReportSource {
  const shades = new Map<ColourKey, number>();
  const byId = new Map(comparison.runs.map((run) => [run.id, run]));
  const groups = comparison.statistics.groups.map(({ key, label, runs, measured }): DrawnGroup => {
    const all = runs.flatMap((id) => byId.get(id) ?? []);
    const counted = measured.flatMap((id) => byId.get(id) ?? []);
    const colour = objectiveColour(all[0]!.configuration.objective);
    const shade = shades.get(colour) ?? 0;
    shades.set(colour, shade + 1);
    return {
      key,
      label,
      runs: counted.length > 0 ? counted : all.slice(0, 1),
      all,
      colour: { key: colour, shade },
      look: lookOf(colour, shade),
    };
  });
  return {
    comparison,
    groups,
    labels: distinctLabels(comparison),
    histories: null,
    pruning: [],
    elsewhere: [],
    damaged: comparison.leftOut ?? [],
    ...again,
  };
}

/** As a comparison calls them; seeds of one group by their names. */
function distinctLabels({ runs }: Comparison): string[] {
  const labels = runLabels(runs);
  return labels.map((label, index) => (labels.indexOf(label) === index ? label : `${label} (${runs[index]!.id})`));
}

function prunedRuns(store: ReadOnlyStore, { comparison, groups, labels }: ReportSource): PrunedRun[] {
  const ids = comparison.runs.map(({ id }) => id);
  // The newest first.
  const studies = store.studies
    .list({ runs: ids })
    .filter(({ request, done }) => request.kind === 'pruning' && done > 0);
  return ids.flatMap((run, index) => {
    const own = studies.filter((study) => study.run === run);
    const study = own.find(({ status }) => status === 'completed') ?? own[0];
    if (!study) return [];
    const device = deviceOf(study);
    const newest = partsOf(store, study);
    const [footing] = newest;
    if (!footing) return [];
    // Settings of older studies stand beside those of the newest where nothing but the settings differs.
    const older = own
      .filter((other) => other !== study && deviceOf(other) === device)
      .flatMap((other) => partsOf(store, other))
      .filter(({ step, tokens }) => step === footing.step && tokens === footing.tokens);
    return [
      {
        run,
        group: groups.find(({ all }) => all.some(({ id }) => id === run))!.key,
        label: labels[index]!,
        device,
        parts: withoutRepeats([...newest, ...older]),
      },
    ];
  });
}

const damagedParts = (store: ReadOnlyStore, run: string): string[] =>
  store.studies
    .list({ runs: [run] })
    .filter(({ request }) => request.kind === 'pruning')
    .flatMap(({ id }) =>
      store.studies.damagedParts(id).map((sentence) => `Of a pruning study of the run ${run}: ${sentence}`),
    );

const partsOf = (store: ReadOnlyStore, { id }: StudyRow) =>
  store.studies.parts(id).map(({ result }) => result as PruningPart);

const deviceOf = ({ provenance }: StudyRow) => provenance && `${provenance.engine} on ${plain(provenance.device, 80)}`;

/** The first of each setting. */
function withoutRepeats(parts: readonly PruningPart[]): PruningPart[] {
  const bySetting = new Map<string, PruningPart>();
  for (const part of parts) {
    const key = pruningKey(part.setting);
    if (!bySetting.has(key)) bySetting.set(key, part);
  }
  return [...bySetting.values()];
}

export const widthFor = (series: number): ColumnWidth => (series > 8 ? 'double' : 'single');
