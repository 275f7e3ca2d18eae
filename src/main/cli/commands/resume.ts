// simbal resume: goes on with a run that was paused, stopped, failed, or is complete and should train on.
import { Command } from 'commander';
import { findRun } from '../../lab/index.ts';
import { carryOn } from '../carry-on.ts';
import { wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';
import { Progress } from '../progress.ts';

export const resumeCommand = (sessionOf: SessionOf) =>
  new Command('resume')
    .description('goes on with a run from its newest checkpoint')
    .argument('<run>', 'id or name')
    .option(
      '--steps <number>',
      'train on to so many steps, as a new run that begins where this one is',
      wholeNumber('steps'),
    )
    .action(async (name: string, { steps }: { steps?: number }, command: Command) => {
      const session = sessionOf(command);
      const progress = new Progress(session);
      await session.withOwnLab((lab) => {
        const found = findRun(lab.store, name);
        return carryOn(lab, steps === undefined ? found : lab.continueTo(found.id, steps), session, progress);
      }, progress.onEvent);
    });
