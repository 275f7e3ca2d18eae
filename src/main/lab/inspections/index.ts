// The inspector as the lab offers it. Whatever is opened is read by a process that can be killed; what it tells is kept only until
// the page that asked has taken it.
import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { InspectorEvent, RecentInspection, TensorStatistics } from '../../../shared/inspection.ts';
import { type Job, type JobLimits, type LaunchWorker, startJob } from '../../compute/index.ts';
import type { ReadOnlyStore } from '../../store/index.ts';
import { EventStream, type TakenEvents } from './event-stream.ts';
import { killed, outcomeOf } from './job-outcome.ts';
import { absolutePath, isRunStore } from './paths.ts';
import { readRecent, remember, whatItIs } from './recent.ts';
import { systemTemporaryFolder, type TemporaryFolder, takeAway } from './temporary-folder.ts';
import { type UploadedPiece, Uploads } from './uploads.ts';

export interface Inspections {
  /**
   * Begins to read: one model, two that are compared, or the store of a lab.
   * @param depth 'routers' leaves out experts and health
   * @returns an id for `next` and `close`
   */
  open(paths: readonly string[], depth?: 'routers' | 'everything'): string;
  /** Waits for what is new. Whoever gives up waiting closes it. @throws LabError of the file, after all that was told before */
  next(inspection: string, signal?: AbortSignal): Promise<TakenEvents>;
  /** Ends its process at once. */
  close(inspection: string): void;
  tensor(paths: readonly string[], name: string, signal?: AbortSignal): Promise<TensorStatistics>;
  /** @returns its path */
  upload(piece: UploadedPiece): string;
  /** The newest first. */
  recent(): RecentInspection[];
  end(): Promise<void>;
}

export interface InspectionsOptions {
  launch: LaunchWorker;
  launchReader: LaunchWorker;
  limits?: JobLimits;
  /** Where the list of recent ones is kept; nowhere when left out. */
  recentFile?: string;
  /** In the system's own folder when left out. */
  temporary?: TemporaryFolder;
  /** Of the lab whose runs are recognised by their checkpoints. */
  store?: Pick<ReadOnlyStore, 'runs' | 'checkpoints'>;
}

interface Opened {
  stream: EventStream;
  stop(): void;
  idle: NodeJS.Timeout;
  /** What was uploaded for it is not needed any more. */
  done(): void;
}

/** Processes that read at once. */
const mostOpen = 8;
/** Milliseconds that one of them may take: a store of the largest size from a slow disk needs minutes. */
const longest = 20 * 60_000;
/** Milliseconds after which nobody waits any more for what is read. */
const patience = 60_000;

export function inspectionsOver(options: InspectionsOptions): Inspections {
  const { launch, launchReader, limits, recentFile, store, temporary = systemTemporaryFolder() } = options;
  const opened = new Map<string, Opened>();
  const jobs = new Set<Job>();
  /** Copies of stores that are still to be taken away. */
  const scratches = new Set<Promise<void>>();
  const uploads = new Uploads(temporary);
  /** Paths of those that are not in the list of recent ones yet. */
  const noted = new Map<string, string[]>();

  const requireRoom = () => {
    if (jobs.size < mostOpen) return;
    throw new LabError('request', `${mostOpen} files are being read already.`, {
      remedy: 'Cancel one of them, or wait until it is done.',
    });
  };
  const start = (of: LaunchWorker, command: Parameters<typeof startJob>[0]['command'], stream?: EventStream): Job => {
    const job = startJob({
      launch: of,
      command,
      ...(of === launchReader && { most: longest }),
      onEvent: (event) => (event.type === 'inspection' ? told(event.event, stream!) : undefined),
      ...(limits && { limits }),
    });
    jobs.add(job);
    void job.ended.then(() => jobs.delete(job));
    return job;
  };

  /** One that has ended is left alone. */
  const stopped = (job: Job) => {
    if (jobs.has(job)) killed(job);
  };

  async function told(event: InspectorEvent, stream: EventStream): Promise<void> {
    await stream.give(event);
    if (event.of !== 'model' || event.event.type !== 'outline') return;
    const run = event.event.outline.source === 'lab checkpoint' ? runOf(event.event.outline.path) : null;
    if (run) await stream.give(run);
  }

  /** By where it lies: checkpoints of a lab are in a folder named by the run. */
  function runOf(folder: string): InspectorEvent | null {
    const id = basename(dirname(folder));
    const run = store?.runs.list().find((other) => other.id === id);
    const known = run && store?.checkpoints.list(id).find((other) => other.folder === folder);
    return known ? { of: 'run', run: id, step: known.step } : null;
  }

  function readStore(path: string, stream: EventStream): () => void {
    const scratch = temporary.make();
    const job = start(launchReader, { type: 'store', job: { path, scratch } });
    const reading = outcomeOf(job, 'store', 'The process that read the store')
      .then(({ store: listing }) => stream.give({ of: 'store', store: listing }))
      .then(
        () => stream.end(),
        (error) => stream.end(error),
      )
      .finally(() => {
        takeAway(scratch);
        scratches.delete(reading);
      });
    scratches.add(reading);
    return () => stopped(job);
  }

  function readModels(paths: string[], depth: 'routers' | 'everything', stream: EventStream): () => void {
    const job = start(launch, { type: 'inspect', job: { task: 'open', paths, depth } }, stream);
    void outcomeOf(job, 'inspected', 'The worker that read it').then(
      () => stream.end(),
      (error) => stream.end(error),
    );
    return () => stopped(job);
  }

  function idleTimer(id: string): NodeJS.Timeout {
    return setTimeout(() => inspections.close(id), patience).unref();
  }

  const inspections: Inspections = {
    open(typed, depth = 'everything') {
      const paths = typed.map(absolutePath);
      const stores = paths.filter(isRunStore);
      if (stores.length > 0 && paths.length > 1) {
        throw new LabError('request', `${stores[0]} is the store of a lab, and is opened alone.`, {
          field: 'paths',
          value: stores[0]!,
          remedy: 'Open it by itself, and choose checkpoints of its runs there.',
        });
      }
      requireRoom();
      const stream = new EventStream();
      const stop = stores[0] === undefined ? readModels(paths, depth, stream) : readStore(stores[0], stream);
      const id = randomUUID();
      opened.set(id, { stream, stop, idle: idleTimer(id), done: uploads.read(paths) });
      noted.set(id, paths);
      return id;
    },
    async next(id, signal) {
      const inspection = opened.get(id);
      if (!inspection) {
        throw new LabError('not-found', 'This inspection is over.', { field: 'inspection', remedy: 'Open it again.' });
      }
      clearTimeout(inspection.idle);
      const give = () => inspections.close(id);
      signal?.addEventListener('abort', give, { once: true });
      try {
        const taken = await inspection.stream.take();
        note(id, taken.events);
        if (taken.ended) inspections.close(id);
        else inspection.idle = idleTimer(id);
        return taken;
      } catch (thrown) {
        inspections.close(id);
        throw thrown;
      } finally {
        signal?.removeEventListener('abort', give);
      }
    },
    close(id) {
      const inspection = opened.get(id);
      opened.delete(id);
      noted.delete(id);
      if (!inspection) return;
      clearTimeout(inspection.idle);
      inspection.stop();
      inspection.done();
      inspection.stream.end();
    },
    async tensor(typed, name, signal) {
      const paths = typed.map(absolutePath);
      requireRoom();
      const job = start(launch, { type: 'inspect', job: { task: 'tensor', paths, name } });
      const done = uploads.read(paths);
      return (await outcomeOf(job, 'tensor', 'The worker that read the tensor', signal).finally(done)).statistics;
    },
    upload: (piece) => uploads.add(piece),
    recent: () => (recentFile === undefined ? [] : readRecent(recentFile)),
    async end() {
      for (const id of [...opened.keys()]) inspections.close(id);
      for (const job of jobs) killed(job);
      await Promise.all([...[...jobs].map(({ ended }) => ended), ...scratches]);
      uploads.close();
      temporary.remove();
    },
  };

  function note(id: string, events: readonly InspectorEvent[]): void {
    const paths = noted.get(id);
    const what = events.map(whatItIs).find((found) => found !== null);
    if (!paths || !what || recentFile === undefined) return;
    // What was uploaded is gone tomorrow.
    if (!uploads.holds(paths)) remember(recentFile, paths, what);
    noted.delete(id);
  }

  return inspections;
}
