// Curves of other programs, read by a worker and kept in the store.
import { basename } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { CurveChoice, CurvePoints, ImportedCurve, Recording } from '../../../shared/imports.ts';
import { type Job, type JobLimits, type LaunchWorker, startJob } from '../../compute/index.ts';
import type { Store } from '../../store/index.ts';
import { plain } from '../text.ts';

export interface CurveContext {
  store: Store;
  launch: LaunchWorker;
  limits?: JobLimits;
  /** Told of the job, so that it can be stopped. */
  track(job: Job): void;
}

export interface ImportedCurves {
  curves: ImportedCurve[];
  /** Those of them that were here already. */
  known: string[];
  recording: Recording;
}

interface Piece extends CurvePoints {
  notes: string[];
}

/** @throws LabError 'request' for a file that holds no curves */
export async function lookAt(path: string, context: CurveContext): Promise<Recording> {
  return (await read(path, null, context)).recording;
}

/** All of the chosen curves, or none. @throws LabError 'request' for a file, tag or axis that does not hold */
export async function importCurves(path: string, choice: CurveChoice, context: CurveContext): Promise<ImportedCurves> {
  const { store } = context;
  const { recording, pieces } = await read(path, choice, context);
  const { format, sha256 } = recording;
  const { axis, x, tokensPerStep = null, name = basename(path) } = choice;
  return store.transaction(() => {
    const added = choice.tags.map(({ tag, quantity }, index) => {
      const notes = pieces[index]!.flatMap((piece) => piece.notes);
      const called = plain(`${name} ${tag}`, 200);
      const curve = { name: called, tag, quantity, axis, x, tokensPerStep, format, source: path, sha256, notes };
      return store.importedCurves.add(curve, whole(pieces[index]!));
    });
    return {
      curves: added.map(({ curve }) => curve),
      known: added.filter(({ known }) => known).map(({ curve }) => curve.id),
      recording,
    };
  });
}

async function read(
  path: string,
  choice: CurveChoice | null,
  { launch, limits, track }: CurveContext,
): Promise<{ recording: Recording; pieces: Piece[][] }> {
  const pieces: Piece[][] = (choice?.tags ?? []).map(() => []);
  const job = startJob({
    launch,
    ...(limits && { limits }),
    command: { type: 'import', job: { path, choice } },
    onEvent(event) {
      if (event.type === 'recording-points') pieces[event.curve]!.push(event);
    },
  });
  track(job);
  const end = await job.ended;
  if (end.kind === 'done' && end.event.type === 'recording') return { recording: end.event.recording, pieces };
  if (end.kind === 'done' && end.event.type === 'failed') throw LabError.fromJSON(end.event.error);
  if (end.kind === 'refused') throw end.error;
  const reason = end.kind === 'crashed' ? end.reason : 'was stopped';
  throw new LabError('worker', `The worker that read ${path} ${reason}; nothing of it is kept.`, {
    field: path,
    remedy: 'Import fewer curves at once, or look whether the file is what it should be.',
  });
}

function whole(pieces: readonly Piece[]): CurvePoints {
  const length = pieces.reduce((sum, { x }) => sum + x.length, 0);
  const points = { x: new Float64Array(length), values: new Float64Array(length) };
  let next = 0;
  for (const { x, values } of pieces) {
    points.x.set(x, next);
    points.values.set(values, next);
    next += x.length;
  }
  return points;
}
