// Curves that other programs recorded: what a file holds of them, what is chosen out of it, and what is kept. They are shown
// beside runs and are never part of the statistics.
import { z } from 'zod';

/** What the x of a curve counts. Seconds are seconds of training, from the first point where a file has a clock alone. */
export const xKinds = ['step', 'tokens', 'seconds'] as const;
export type XKind = (typeof xKinds)[number];

export const quantities = ['validation loss', 'training loss'] as const;

/** More points than these are refused, all curves of one import together. */
export const mostImportedPoints = 10_000_000;
export const mostImportedCurves = 64;

export type RecordingFormat = 'tensorboard' | 'wandb' | 'table';

export interface RecordingAxis {
  name: string;
  /** What it seems to count; null where its name does not tell. */
  kind: XKind | null;
}

export interface RecordingTag {
  tag: string;
  points: number;
  /** NaN and infinities among them. */
  notFinite: number;
  /** The first few values. */
  first: number[];
  /** One of `quantities`, by its name; null where the name does not tell. */
  suggested: string | null;
}

/** What a file, or a folder of event files, holds. */
export interface Recording {
  kind: 'recording';
  path: string;
  format: RecordingFormat;
  /** Of the file; of a folder, over the names and hashes of its event files. */
  sha256: string;
  bytes: number;
  /** Any of them can be x; the likeliest first. */
  axes: RecordingAxis[];
  tags: RecordingTag[];
  /** What was left out or not as expected, a sentence each. */
  notes: string[];
}

const text = (most: number) => z.string().min(1).max(most);

export const curveChoiceSchema = z.strictObject({
  tags: z
    .array(z.strictObject({ tag: text(2000), quantity: text(200) }))
    .min(1)
    .max(mostImportedCurves),
  /** Name of one of the recording's axes. */
  axis: text(2000),
  x: z.enum(xKinds),
  /** With it a curve over steps can be drawn over tokens, and the other way round. */
  tokensPerStep: z.number().gt(0).max(1e15).optional(),
  /** Before each tag in the curve's name; the file's name when left out. */
  name: text(200).optional(),
});

export type CurveChoice = z.infer<typeof curveChoiceSchema>;

/** Carried out in a process of its own: without a choice a look, with one the points as well. */
export interface ImportJob {
  path: string;
  choice: CurveChoice | null;
}

export interface ImportedCurve {
  id: string;
  name: string;
  tag: string;
  /** 'validation loss' and 'training loss' are drawn on the charts of these; any other name is its own. */
  quantity: string;
  axis: string;
  x: XKind;
  tokensPerStep: number | null;
  points: number;
  format: RecordingFormat;
  source: string;
  sha256: string;
  /** When it was imported. */
  created: string;
  notes: string[];
}

/** x ascends, no two are equal. */
export interface CurvePoints {
  x: Float64Array;
  values: Float64Array;
}

export interface ImportedPoints extends CurvePoints {
  curve: string;
}

/** x of the curve's points on an axis of this kind; null where nobody knows how many tokens a step has. */
export function scaleOnto(
  { x, tokensPerStep }: Pick<ImportedCurve, 'x' | 'tokensPerStep'>,
  axis: XKind,
): number | null {
  if (x === axis) return 1;
  if (tokensPerStep === null || x === 'seconds' || axis === 'seconds') return null;
  return axis === 'tokens' ? tokensPerStep : 1 / tokensPerStep;
}

export function suggestedQuantity(tag: string): string | null {
  if (/__(min|max)$/i.test(tag) || !/loss|cross.?entropy|nll/i.test(tag)) return null;
  if (/aux|z.?loss|balanc|lbl|router/i.test(tag)) return null;
  return /(^|[^a-z])(val|valid|validation|eval|evaluation|test|dev)([^a-z]|$)/i.test(tag)
    ? quantities[0]
    : quantities[1];
}

export function suggestedKind(name: string): XKind | null {
  if (/tokens?/i.test(name)) return 'tokens';
  if (/(^|[^a-z])(steps?|iter|iters|iterations?|batch|batches|updates?)([^a-z]|$)/i.test(name)) return 'step';
  if (/(^|[^a-z])(runtime|seconds?|secs?|time|timestamp|elapsed)([^a-z]|$)/i.test(name)) return 'seconds';
  return null;
}

/** What a bundle says of itself before it is taken in. */
export interface BundlePreview {
  kind: 'bundle';
  path: string;
  title: string;
  made: string;
  lab: string;
  bytes: number;
  runs: number;
  experiments: number;
  studies: number;
  checkpoints: number;
}

/** What the import of a bundle changed. */
export interface BundleImport {
  title: string;
  /** New here, by their ids here. */
  experiments: string[];
  runs: string[];
  studies: string[];
  /** Runs of the bundle that are here already, by their ids here, and were kept as they are. */
  known: string[];
  /** Ids that something else has here: those in the bundle and the new ones. */
  mapped: { from: string; to: string }[];
  /** Names of the corpora that are described here but whose text is not: what has to be added to train or study on them. */
  corporaWithoutText: string[];
}
