// A lab with many runs that report as fast as it takes them in, while many pages read; watched from outside. It says what was
// there and how long things took, and judges none of it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventedCorpus } from '../../bench/sides/compare-home.ts';
import { openStore, openStoreReadOnly } from '../../src/main/store/index.ts';
import { configurationFromPreset } from '../../src/shared/config/presets.ts';
import type { Client } from '../../src/shared/rpc.ts';
import { InventedMetrics, metricOf } from './invented-metrics.ts';
import type { LabSays, LabState } from './lab-process.ts';
import { connectPage } from './page-connection.ts';
import type { PagesSaw, PagesSay } from './pages-process.ts';

const side = (file: string, ...args: string[]) =>
  fork(join(import.meta.dirname, file), args, { execArgv: [], serialization: 'advanced' });

/** Whoever has it hears of the process's end, also of one that was too early. */
const endOf = (child: ChildProcess, what: string) =>
  once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`${what} ended with code ${code}.`);
  });

export interface LoadedLab {
  readonly address: string;
  readonly client: Client;
  /** Every second, the newest last. */
  readonly states: readonly LabState[];
  /** Bytes of the write-ahead log: the most there were, and now. */
  wal(): { most: number; now: number };
  databaseBytes(): number;
  close(): Promise<void>;
}

/** @param page a folder with the page; a bare one is made where there is none */
export async function openLoadedLab(home: string, page: string): Promise<LoadedLab> {
  mkdirSync(home, { recursive: true });
  const store = openStore(home);
  store.corpora.add(inventedCorpus, []);
  store.close();
  const child = side('lab-process.ts', home, page);
  const ended = endOf(child, 'The lab');
  const states: LabState[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    ended.catch(reject);
    child.on('message', (said: LabSays) => {
      if (said.type === 'address') resolve(said.address);
      else states.push(said.state);
    });
  });
  const client = await connectPage(address);
  const bytesOf = (suffix: string) => statSync(join(home, `lab.sqlite${suffix}`), { throwIfNoEntry: false })?.size ?? 0;
  let most = 0;
  const now = () => {
    const bytes = bytesOf('-wal');
    most = Math.max(most, bytes);
    return bytes;
  };
  // It never shrinks by itself but at a commit, and grows by a commit at a time.
  const watch = setInterval(now, 20);
  return {
    address,
    client,
    states,
    wal: () => ({ now: now(), most }),
    databaseBytes: () => bytesOf(''),
    async close() {
      clearInterval(watch);
      client.close();
      child.send('close');
      await ended;
    },
  };
}

/** Experiments of at most 25 runs each, queued where they are to start. @returns their ids */
export async function makeRuns(
  client: Client,
  { runs, steps, start }: { runs: number; steps: number; start: boolean },
): Promise<string[]> {
  const { api } = client;
  const ids: string[] = [];
  while (ids.length < runs) {
    const seeds = Array.from({ length: Math.min(25, runs - ids.length) }, (_, index) => ids.length + index);
    const experiment = (await api.experiments.create({ name: `seeds from ${seeds[0]}` })).id;
    const objective = [{ kind: 'simbal' as const }];
    const configuration = configurationFromPreset('nano', {
      ...{ name: 'load', corpus: inventedCorpus.hash, objective },
      training: { steps },
    });
    const made = await api.runs.create({ experiment, configuration, objectives: [objective], seeds, start });
    ids.push(...made.map(({ id }) => id));
  }
  return ids;
}

export interface ReadingPages {
  /** Resolves when all of them know the runs that there are and hear of everything that comes. */
  readonly begun: Promise<void>;
  /** Stops them. */
  saw(): Promise<PagesSaw>;
}

export function openPages(address: string, pages: number, pause: number, seed: number): ReadingPages {
  const child = side('pages-process.ts', address, String(pages), String(pause), String(seed));
  const ended = endOf(child, 'The pages');
  const begun = Promise.withResolvers<void>();
  const told = Promise.withResolvers<PagesSaw>();
  child.on('message', (said: PagesSay) => (said.type === 'begun' ? begun.resolve() : told.resolve(said.saw)));
  ended.catch(begun.reject);
  begun.promise.catch(() => {});
  return {
    begun: begun.promise,
    async saw() {
      if (child.connected) child.send('stop');
      const saw = await Promise.race([told.promise, ended.then(() => told.promise)]);
      await ended;
      return saw;
    },
  };
}

/**
 * Reads every series of a closed lab's home, whole, and compares each value with what was reported.
 * @returns points that are there, and what is not as it was reported, in words
 */
export function lookAtAll(home: string): { points: number; faults: string[] } {
  const store = openStoreReadOnly(home);
  const faults: string[] = [];
  let points = 0;
  try {
    for (const { id, status, configuration } of store.runs.list()) {
      const invented = new InventedMetrics(configuration);
      const last = store.metrics.last(id)?.step ?? 0;
      if (status === 'completed' && last !== configuration.training.steps) faults.push(`${id} ends at step ${last}`);
      const expected = Array.from({ length: last }, (_, index) => invented.step(index + 1));
      for (const metric of store.metrics.names(id)) {
        const series = store.metrics.series(id, metric);
        const stored = series.kind === 'points' ? series.points : [];
        points += stored.length;
        const wrong = expected.find((step, index) => stored[index]?.value !== metricOf(step, metric));
        if (wrong || stored.length !== last)
          faults.push(`${id}: ${metric} is another from step ${wrong?.step ?? last}`);
      }
    }
  } finally {
    store.close();
  }
  return { points, faults };
}

/** A page's folder without a page, for where nobody looks. */
export function barePage(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>no page</title>');
  return folder;
}
