// TensorBoard's event files, or a folder of them: scalars by run (subfolder) and tag, over steps or over the wall clock.
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { mostImportedPoints } from '../../shared/imports.ts';
import { Numbers } from './numbers.ts';
import { readPieces, unreadable } from './read-file.ts';
import { refuse, tooManyNumbers } from './refusals.ts';
import { type Event, readEvent } from './tensorboard-event.ts';
import { type RecordListener, records } from './tensorboard-records.ts';
import { describe, type Tracks } from './tracks.ts';

const deepest = 16;
const mostEntries = 100_000;
const mostTags = 10_000;
const longestTag = 2000;
const mostNotes = 20;

interface Track {
  steps: Numbers;
  walls: Numbers;
  values: Numbers;
}

export interface HashedTracks extends Tracks {
  sha256: string;
}

export const isEventFile = (name: string): boolean => name.includes('tfevents');

/** The event files under a folder, in the order of their paths, which is that of their times. Links are not followed. */
export async function eventFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  let seen = 0;
  const walk = async (at: string, depth: number): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(at, error);
    });
    seen += entries.length;
    if (seen > mostEntries || depth > deepest) {
      throw refuse(
        folder,
        seen > mostEntries ? `holds more than ${mostEntries} files` : `is nested deeper than ${deepest} folders`,
        'Choose the folder of the runs alone.',
      );
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) await walk(join(at, entry.name), depth + 1);
      else if (entry.isFile() && isEventFile(entry.name)) found.push(join(at, entry.name));
    }
  };
  await walk(folder, 0);
  return found;
}

/** @throws LabError 'request' for a file that is damaged, or more than an import takes */
export async function readTensorBoard(
  root: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<HashedTracks> {
  const tracks = new Map<string, Track>();
  const firstWall = new Map<string, number>();
  const others = new Set<string>();
  const notes: string[] = [];
  const hashes: [name: string, hash: string][] = [];
  let points = 0;

  const add = (run: string, place: string, { step, wallTime, scalars, others: unread }: Event) => {
    for (const tag of unread) if (others.size < 1000) others.add(tag);
    // Not of a clock that is no number: every second of the run would be none.
    if (scalars.length > 0 && Number.isFinite(wallTime) && !firstWall.has(run)) firstWall.set(run, wallTime);
    const begun = firstWall.get(run) ?? Number.NaN;
    for (const { tag, value } of scalars) {
      const name = run === '' ? tag : `${run}/${tag}`;
      if (name.length > longestTag)
        throw refuse(root, `has a tag of ${name.length} characters ${place}`, 'Choose another file.');
      let track = tracks.get(name);
      if (!track) {
        if (tracks.size === mostTags) throw refuse(root, `has more than ${mostTags} tags`, 'Choose one run of them.');
        track = { steps: new Numbers(), walls: new Numbers(), values: new Numbers() };
        tracks.set(name, track);
      }
      if (++points > mostImportedPoints) throw tooManyNumbers(root, mostImportedPoints);
      track.steps.push(step);
      track.walls.push(wallTime - begun);
      track.values.push(value);
    }
  };

  for (const path of files) {
    const run = path === root ? '' : relative(root, dirname(path)).split(sep).join('/');
    const hash = createHash('sha256');
    const called = relative(dirname(root), path);
    const listener: RecordListener = {
      cut: (position) =>
        void notes.push(`The last record of ${called} is cut off at byte ${position}; all before it was read.`),
      passed: (position, bytes) => {
        if (notes.length < mostNotes)
          notes.push(
            `The record of ${called} at byte ${position} has ${bytes} bytes, which no scalars have, and was left out.`,
          );
      },
    };
    for await (const { data, position } of records(path, readPieces(path, hash, signal), listener)) {
      add(run, `in the record at byte ${position}`, parsed(path, data, position));
    }
    hashes.push([relative(root, path).split(sep).join('/'), hash.digest('hex')]);
  }
  if (others.size > 0) {
    notes.push(`${others.size === 1 ? 'One tag that is' : `${others.size} tags that are`} no scalar left out.`);
  }
  const axes = [
    { name: 'step', kind: 'step' as const },
    { name: 'seconds', kind: 'seconds' as const },
  ];
  return {
    format: 'tensorboard',
    order: 'log',
    axes,
    tags: [...tracks].map(([tag, { values }]) => describe(tag, values.view())),
    notes,
    notesOf: () => [],
    sha256: hashes.length === 1 && hashes[0]![0] === '' ? hashes[0]![1] : hashOf(hashes),
    track(tag, axis) {
      const track = tracks.get(tag);
      const x = axis === 'step' ? track?.steps : axis === 'seconds' ? track?.walls : undefined;
      return track && x ? { x: x.view(), values: track.values.view() } : null;
    },
  };
}

function parsed(path: string, record: Uint8Array, position: number): Event {
  try {
    return readEvent(record);
  } catch {
    throw refuse(
      path,
      `holds a record at byte ${position} that is no TensorBoard event`,
      'Choose an event file of TensorBoard.',
    );
  }
}

function hashOf(files: readonly (readonly [string, string])[]): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}
