// Table checkpoint: which checkpoint folders are whole, and the hashes that prove it.
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Connection } from '../connection.ts';
import { soundText } from '../damage.ts';
import type { HomePaths } from '../home.ts';
import type { Checkpoints, Runs, Segments } from '../index.ts';
import { toText } from '../plain-text.ts';
import type { CheckpointRow } from '../rows.ts';
import { checkedStep, found } from './refusals.ts';

type Row = Omit<CheckpointRow, 'hashes'> & { hashes: string };

const hashesSchema = z.record(z.string(), z.string());
const select = 'SELECT run, segment, created, step, folder, hashes, bytes FROM checkpoint WHERE run = @run';

export function checkpointQueries(
  connection: Connection,
  runs: Pick<Runs, 'get'>,
  segments: Pick<Segments, 'get'>,
  paths: Pick<HomePaths, 'checkpoints'>,
): Checkpoints {
  const fromRow = ({ folder, hashes, ...row }: Row): CheckpointRow => ({
    ...row,
    folder: placed(paths.checkpoints, row.run, folder),
    hashes: soundText<CheckpointRow['hashes']>(
      hashes,
      hashesSchema,
      `list of files of the checkpoint of step ${row.step}`,
    ),
  });
  const newest = (run: string) => {
    runs.get(run);
    const row = connection.get<Row>(`${select} ORDER BY id DESC LIMIT 1`, { run });
    return row ? fromRow(row) : null;
  };
  const remove = (run: string, step: number) => {
    connection.run('DELETE FROM checkpoint WHERE run = @run AND step = @step', { run, step });
  };
  return {
    newest,
    remove(run, step) {
      found(connection.get<Row>(`${select} AND step = @step`, { run, step }), `checkpoint of run ${run}, step`, step);
      remove(run, step);
    },
    add: (segment, { step, folder, hashes, bytes }) =>
      connection.transaction(() => {
        const { run } = segments.get(segment);
        remove(run, checkedStep(step, 'step'));
        connection.run(
          `INSERT INTO checkpoint (run, segment, created, step, folder, hashes, bytes)
           VALUES (@run, @segment, @created, @step, @folder, @hashes, @bytes)`,
          { run, segment, created: new Date().toISOString(), step, folder, hashes: toText(hashes), bytes },
        );
        return newest(run)!;
      }),
    list(run) {
      runs.get(run);
      return connection.all<Row>(`${select} ORDER BY id`, { run }).map(fromRow);
    },
  };
}

/** Where a checkpoint of the lab lies now, wherever its home lay when it was written. */
function placed(checkpoints: string, run: string, folder: string): string {
  const within = join(basename(checkpoints), run, basename(folder));
  return folder.endsWith(within) ? join(checkpoints, run, basename(folder)) : folder;
}
