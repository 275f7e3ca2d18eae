// Curves of other programs as a job of a worker: what lies at a path, and the points of those that are chosen. A file may be
// anything, so it is read in a process that can be ended.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { nearest } from '../../shared/config/nearest.ts';
import { LabError } from '../../shared/errors.ts';
import { type CurveChoice, type ImportJob, mostImportedPoints, type Recording } from '../../shared/imports.ts';
import type { JobEvent } from '../job-event.ts';
import { decoded } from './decoded-text.ts';
import { readDelimited } from './delimited.ts';
import { readHistory } from './history.ts';
import { readPieces, startOf, unreadable } from './read-file.ts';
import { refuse, tooManyNumbers } from './refusals.ts';
import { eventFiles, type HashedTracks, isEventFile, readTensorBoard } from './tensorboard.ts';
import { beginsWithRecord } from './tensorboard-records.ts';
import { curveOf } from './tracks.ts';

/** Points of one message. */
const batch = 65_536;

/** Tells the points of each chosen curve, then the recording. @throws LabError 'request' for what cannot be read or is not there */
export async function* importJob({ path, choice }: ImportJob, signal: AbortSignal): AsyncGenerator<JobEvent> {
  const { tracks, bytes } = await read(path, signal);
  const { format, sha256, axes, tags } = tracks;
  const notes = [...tracks.notes, ...tags.flatMap(({ tag }) => tracks.notesOf(tag)).slice(0, 20)];
  const recording: Recording = { kind: 'recording', path, format, sha256, bytes, axes, tags, notes };
  if (choice) yield* chosen(path, tracks, choice);
  yield { type: 'recording', recording };
}

async function* chosen(
  path: string,
  tracks: HashedTracks,
  { tags, axis, x: kind }: CurveChoice,
): AsyncGenerator<JobEvent> {
  let total = 0;
  for (const [curve, { tag }] of tags.entries()) {
    const points = tracks.track(tag, axis);
    if (!points) throw missing(path, tracks, tag, axis);
    const { x, values, notes } = curveOf(points, tracks.order, kind === 'seconds');
    if (x.length === 0) {
      throw refuse(path, `has no value of ${named(tag)} beside one of ${named(axis)}`, 'Choose another x.', tag);
    }
    total += x.length;
    if (total > mostImportedPoints) throw tooManyNumbers(path, mostImportedPoints);
    for (let from = 0; from < x.length; from += batch) {
      const part = { x: x.slice(from, from + batch), values: values.slice(from, from + batch) };
      yield {
        type: 'recording-points',
        curve,
        ...part,
        notes: from === 0 ? [...tracks.notes, ...tracks.notesOf(tag), ...notes] : [],
      };
    }
  }
}

async function read(path: string, signal: AbortSignal): Promise<{ tracks: HashedTracks; bytes: number }> {
  const stats = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (stats.isDirectory()) {
    const files = await eventFiles(path);
    if (files.length === 0) {
      throw refuse(
        path,
        'holds no TensorBoard event file',
        'Choose a folder with files called …tfevents…, or one file.',
      );
    }
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    return {
      tracks: checked(path, await readTensorBoard(path, files, signal)),
      bytes: sizes.reduce((sum, size) => sum + size, 0),
    };
  }
  const { start, bytes } = await startOf(path, 4096);
  if (bytes === 0) throw refuse(path, 'is empty', 'Choose another file.');
  if (beginsWithRecord(start) || (isEventFile(path) && start.length < 12)) {
    return { tracks: checked(path, await readTensorBoard(path, [path], signal)), bytes };
  }
  const hash = createHash('sha256');
  const texts = decoded(path, readPieces(path, hash, signal));
  const tracks = await (isJson(start) ? readHistory(path, texts) : readDelimited(path, texts));
  return { tracks: { ...tracks, sha256: hash.digest('hex') }, bytes };
}

function checked(path: string, tracks: HashedTracks): HashedTracks {
  if (tracks.tags.length > 0) return tracks;
  throw refuse(path, `holds no scalar. ${tracks.notes.join(' ')}`.trim().replace(/\.$/, ''), 'Choose another file.');
}

const isJson = (start: Buffer) => /^\uFEFF?\s*[{[]/.test(start.toString('utf8'));

const named = (name: string) => JSON.stringify(name.slice(0, 100));

function missing(path: string, { tags, axes }: HashedTracks, tag: string, axis: string): LabError {
  const [what, name, names] = tags.some((known) => known.tag === tag)
    ? ['axis', axis, axes.map((known) => known.name)]
    : ['tag', tag, tags.map((known) => known.tag)];
  const meant = nearest(name as string, names as string[]);
  const some = (names as string[]).slice(0, 8).map(named).join(', ');
  return new LabError('request', `${path} has no ${what} called ${named(name as string)}.`, {
    field: what as string,
    value: (name as string).slice(0, 100),
    remedy: meant ? `Did you mean ${named(meant)}?` : `There are ${some}.`,
  });
}
