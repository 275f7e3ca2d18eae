// simbal export-model: a checkpoint of a run as a folder that transformers loads.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { byteSize } from '../../../charts/index.ts';
import { findRun } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import { wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';

export const exportModelCommand = (sessionOf: SessionOf) =>
  new Command('export-model')
    .description('writes a checkpoint of a run as a folder that transformers loads')
    .argument('<run>', 'id or name')
    .argument('<folder>', 'is made; it must not exist')
    .option('--step <number>', 'of a checkpoint; the newest when left out', wholeNumber('step', 0))
    .action(async (name: string, folder: string, { step }: { step?: number }, command: Command) => {
      const session = sessionOf(command);
      await session.withOwnLab(async (lab) => {
        const request = { folder: resolve(session.io.folder, folder), ...(step !== undefined && { step }) };
        const report = await lab.exportModel(findRun(lab.store, name).id, request);
        session.result(report, () =>
          [
            `${report.architecture} in ${plain(report.folder, 400)}`,
            ...report.files.map((file) => `  ${plain(file.name, 80)}  ${byteSize(file.bytes)}`),
            ...report.notes.map((note) => plain(note, 500)),
            '',
          ].join('\n'),
        );
      });
    });
