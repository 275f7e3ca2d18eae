// What comes into the lab from outside: bundles of another lab, and curves of other programs.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { LabError } from '../../../shared/errors.ts';
import type { BundleImport, BundlePreview, CurveChoice, ImportedCurve, Recording } from '../../../shared/imports.ts';
import type { Job, JobLimits, LaunchWorker } from '../../compute/index.ts';
import type { Store } from '../../store/index.ts';
import type { Emit } from '../events.ts';
import { killed } from '../inspections/job-outcome.ts';
import { absolutePath } from '../inspections/paths.ts';
import { isZip } from './bundle-archive.ts';
import { another, type BundleContext, discardUnseen, importBundle, lookAtBundle } from './bundle-import.ts';
import { type CurveContext, type ImportedCurves, importCurves, lookAt } from './curves.ts';

export type { ImportedCurves } from './curves.ts';

export interface Imports {
  /** What lies at a path, a bundle or a recording of curves. @throws LabError 'request' for what is neither */
  look(path: string, signal?: AbortSignal): Promise<BundlePreview | Recording>;
  /** All of it or nothing. @throws LabError 'request' naming what does not hold */
  bundle(path: string, signal?: AbortSignal): Promise<BundleImport>;
  /** All of the chosen curves or none; those that are here already are given back as they are. */
  curves(path: string, choice: CurveChoice, signal?: AbortSignal): Promise<ImportedCurves>;
  rename(curve: string, name: string): ImportedCurve;
  remove(curve: string): void;
}

/** What the lab itself does with imports beside what it offers. */
export interface LabImports extends Imports {
  /** Resolves when nothing of them writes any more. What is not all there by then is taken away by the next lab. */
  end(): Promise<void>;
}

/** Processes that read at once. */
const mostReading = 4;

export interface ImportsContext {
  store: Store;
  launch: LaunchWorker;
  launchReader: LaunchWorker;
  emit: Emit;
  limits?: JobLimits;
  trackUntil(signal?: AbortSignal): (job: Job) => void;
}

export function importsOver({ store, launch, launchReader, emit, limits, trackUntil }: ImportsContext): LabImports {
  let reading = 0;
  const ending = new AbortController();
  // What cannot be taken away now, in a store that is locked or full, is taken away another time.
  const cleared = () => discardUnseen(store, ending.signal).catch(() => {});
  /** What an earlier lab left, then one import after the other. */
  let settled = cleared();
  let importing: Promise<BundleImport> | null = null;
  const context = (signal?: AbortSignal): CurveContext & BundleContext => {
    if (reading >= mostReading) {
      throw new LabError('request', `${mostReading} files are being read already.`, {
        remedy: 'Cancel one of them, or wait until it is done.',
      });
    }
    return {
      ...{ store, launch, launchReader, emit, ...(limits && { limits }) },
      track(job) {
        const stop = () => killed(job);
        reading += 1;
        trackUntil()(job);
        if (signal?.aborted) stop();
        signal?.addEventListener('abort', stop, { once: true });
        void job.ended.then(() => {
          reading -= 1;
          signal?.removeEventListener('abort', stop);
        });
      },
    };
  };
  return {
    async look(typed, signal) {
      const path = absolutePath(typed);
      return beginsAsZip(path) ? lookAtBundle(path, context(signal)) : lookAt(path, context(signal));
    },
    async bundle(typed, signal) {
      const path = absolutePath(typed);
      if (importing) throw another();
      const whole = settled.then(() => importBundle(path, context(signal), signal));
      importing = whole;
      try {
        return await whole;
      } finally {
        importing = null;
        settled = cleared();
      }
    },
    async curves(path, choice, signal) {
      const imported = await importCurves(absolutePath(path), choice, context(signal));
      emit({ type: 'imports' });
      return imported;
    },
    rename(curve, name) {
      const renamed = store.importedCurves.rename(curve, name);
      emit({ type: 'imports' });
      return renamed;
    },
    remove(curve) {
      store.importedCurves.remove(curve);
      emit({ type: 'imports' });
    },
    async end() {
      ending.abort();
      await importing?.catch(() => {});
      await settled;
    },
  };
}

/** A folder, and whatever is no plain file, is not. */
function beginsAsZip(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const start = Buffer.alloc(4);
      readSync(file, start, 0, 4, 0);
      return isZip(start);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new LabError('request', `${path} ${reason}.`, { field: path, remedy: 'Check the path.' });
  }
}
