// The store as the rest of the lab sees it: the tables' queries over one connection.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { LabError } from '../../shared/errors.ts';
import type { Connection } from './connection.ts';
import type { HomePaths } from './home.ts';
import type { Store } from './index.ts';
import { checkpointQueries } from './queries/checkpoints.ts';
import { corpusQueries } from './queries/corpora.ts';
import { evaluationQueries } from './queries/evaluations.ts';
import { eventQueries } from './queries/events.ts';
import { experimentQueries } from './queries/experiments.ts';
import { foreignRowQueries } from './queries/foreign-rows.ts';
import { importedCurveQueries } from './queries/imported-curves.ts';
import { metricQueries } from './queries/metrics.ts';
import { runQueries } from './queries/runs.ts';
import { segmentQueries } from './queries/segments.ts';
import { studyQueries } from './queries/studies.ts';
import { recover } from './recover.ts';
import { storeError } from './sqlite-errors.ts';

/** Milliseconds that what is done while a lab is opened waits, blocking, for another program's lock: nobody is answered yet. */
export const whileOpening = 3000;

export function storeOver(connection: Connection, paths: HomePaths, closed: () => void): Store {
  const experiments = experimentQueries(connection);
  const runs = runQueries(connection, experiments);
  const segments = segmentQueries(connection, runs);
  const tables = {
    experiments,
    runs,
    segments,
    metrics: metricQueries(connection, runs, segments),
    evaluations: evaluationQueries(connection, runs, segments),
    checkpoints: checkpointQueries(connection, runs, segments, paths),
    events: eventQueries(connection, runs),
    corpora: corpusQueries(connection),
    studies: studyQueries(connection, runs),
  };
  const store: Store = {
    paths,
    ...tables,
    importedCurves: importedCurveQueries(connection),
    foreign: foreignRowQueries(connection, tables),
    recover: () => connection.patiently(whileOpening, () => recover(store)),
    transaction: (work) => connection.transaction(work),
    snapshot: (file) => snapshot(connection, file),
    close() {
      connection.close();
      closed();
    },
  };
  return store;
}

async function snapshot(connection: Connection, file: string): Promise<void> {
  if (existsSync(file)) {
    throw new LabError('store', `${file} exists already; a snapshot overwrites nothing.`, {
      field: file,
      remedy: 'Name a new file.',
    });
  }
  const unfinished = `${file}.new`;
  try {
    await connection.backup(unfinished);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw storeError(file, error);
  }
}
