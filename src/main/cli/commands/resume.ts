// simbal resume: goes on with a run that was paused, stopped, failed, or is complete and should train on.
import { Command } from 'commander';
import { compare, findRun } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import { carryOut } from '../carry-out.ts';
import { comparisonText } from '../comparison-text.ts';
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
      await session.withLab(async (lab) => {
        const found = findRun(lab.store, name);
        const run = steps === undefined ? found : lab.continueTo(found.id, steps);
        progress.watch({ id: run.id, label: run.name, steps: run.configuration.training.steps });
        const { runs } = await carryOut(lab, [run.id], session, progress);
        const ended = runs.map(({ id, name, status }) => ({ id, name, status }));
        if (session.json) session.io.out(`${JSON.stringify({ type: 'result', runs: ended })}\n`);
        else if (session.exitCode === 0) {
          session.io.out(
            `\n${comparisonText(compare(lab.store, [run.id]))}\nThe run: ${run.id} "${plain(run.name)}"\n`,
          );
        }
      }, progress.onEvent);
    });
