// What must hold of a home after its lab has been killed. Opens it as the next lab would.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openLab } from '../../src/main/lab/index.ts';
import type { ReadOnlyStore } from '../../src/main/store/index.ts';
import { listCheckpoints, openCheckpoint } from '../../src/worker/checkpoint/checkpoint-folder.ts';
import { type KeptRun, keptOf, weightsText } from './kept.ts';
import type { Said } from './started-lab.ts';

export interface Examination {
  status: string;
  /** The step of the newest checkpoint; null where there is none. */
  checkpoint: number | null;
  rows: number;
  /** What does not hold, in words. */
  faults: string[];
  kept: KeptRun;
}

export interface Expected {
  /** Everything that was told of this run, by all labs so far. */
  said: readonly Said[];
  /** The same run, never interrupted; null where this is it. */
  reference: KeptRun | null;
  /** Every checkpoint is to be there, not only the newest. */
  all: boolean;
}

export async function examine(home: string, run: string, expected: Expected): Promise<Examination> {
  const lab = openLab({ home });
  try {
    return await examineStore(lab.store, run, expected);
  } finally {
    await lab.close();
  }
}

/** Of a store while nothing is carried out. */
export async function examineStore(store: ReadOnlyStore, run: string, expected: Expected): Promise<Examination> {
  const { said } = expected;
  const faults = [
    ...states(store, run),
    ...rows(store, run, said),
    ...evaluations(store, run, said),
    ...(await checkpoints(store, run, said, expected)),
  ];
  return {
    status: store.runs.get(run).status,
    checkpoint: store.checkpoints.newest(run)?.step ?? null,
    rows: said.reduce((sum, one) => sum + (one.type === 'steps' ? one.steps.length : 0), 0),
    faults: [...faults, ...databaseFaults(store.paths.file)],
    kept: keptOf(store, run),
  };
}

function* states(store: ReadOnlyStore, run: string): Generator<string> {
  for (const { name, status } of store.runs.list({ status: ['running', 'pausing', 'failed'] })) {
    yield `${name} is ${status}: ${store.events.list(run).at(-1)?.message}`;
  }
  for (const { id, ended } of store.segments.list(run)) if (ended === null) yield `segment ${id} is open`;
}

/** Steps that were done again after a kill are there beside those that were told before it. */
function* rows(store: ReadOnlyStore, run: string, said: readonly Said[]): Generator<string> {
  const stored = (metric: string) => {
    const series = [
      store.metrics.series(run, metric),
      ...store.metrics.superseded(run, metric).map((one) => one.series),
    ];
    return new Set(
      series.flatMap((one) => (one.kind === 'points' ? one.points.map(({ step, value }) => `${step} ${value}`) : [])),
    );
  };
  for (const metric of ['loss', 'gradientNorm', 'seconds'] as const) {
    const there = stored(metric);
    for (const one of said) {
      if (one.type !== 'steps') continue;
      for (const step of one.steps) {
        if (!there.has(`${step.step} ${step[metric]}`)) yield `${metric} ${step[metric]} of step ${step.step} is gone`;
      }
    }
  }
}

function* evaluations(store: ReadOnlyStore, run: string, said: readonly Said[]): Generator<string> {
  const there = new Set(
    store.evaluations.list(run, { superseded: true }).map(({ evaluation }) => `${evaluation.step} ${evaluation.cost}`),
  );
  for (const one of said) {
    if (one.type !== 'evaluation') continue;
    const { step, cost } = one.evaluation;
    if (!there.has(`${step} ${cost}`)) yield `the evaluation of step ${step} is gone`;
  }
}

async function checkpoints(
  store: ReadOnlyStore,
  run: string,
  said: readonly Said[],
  { reference, all }: Omit<Expected, 'said'>,
): Promise<string[]> {
  const faults: string[] = [];
  const told = said.flatMap((one) => (one.type === 'checkpoint' ? [one.checkpoint] : []));
  const listed = store.checkpoints.list(run);
  const newest = store.checkpoints.newest(run);
  const last = told.at(-1);
  if (last && (newest?.step ?? -1) < last.step) faults.push(`the checkpoint of step ${last.step} is not listed`);
  for (const { step } of all ? told : []) {
    if (!listed.some((one) => one.step === step)) faults.push(`the checkpoint of step ${step} is not listed`);
  }
  // Those that are complete on the disk and not listed yet are whole as well: they appear under their name so.
  const complete = await listCheckpoints(join(store.paths.checkpoints, run));
  const unlisted = complete.filter(({ step }) => !listed.some((one) => one.step === step));
  for (const { step, folder } of [...(newest ? [newest] : []), ...unlisted]) {
    try {
      const opened = await openCheckpoint(folder);
      await opened.close();
      const weights = weightsText(opened.record.hashes);
      const listedAs = listed.find((one) => one.step === step);
      if (listedAs && weightsText(listedAs.hashes) !== weights) faults.push(`step ${step} is not what is listed`);
      const expected = reference?.weights[step];
      if (expected && expected !== weights) faults.push(`step ${step} is not what it is without a kill`);
    } catch (thrown) {
      faults.push(`the checkpoint of step ${step} does not verify: ${(thrown as Error).message}`);
    }
  }
  return faults;
}

function databaseFaults(file: string): string[] {
  const database = new Database(file, { readonly: true });
  try {
    const integrity = database.pragma('integrity_check', { simple: true });
    const references = database.pragma('foreign_key_check') as unknown[];
    return [
      ...(integrity === 'ok' ? [] : [`integrity_check: ${integrity}`]),
      ...(references.length === 0 ? [] : [`foreign_key_check: ${references.length} rows`]),
    ];
  } finally {
    database.close();
  }
}
