// simbal fork: a new run that begins at a checkpoint of another, so that one thing can be changed midway, the objective above all.
import { Command } from 'commander';
import { assigns, forkedConfiguration } from '../../../shared/config/index.ts';
import { findRun, forkPoint } from '../../lab/index.ts';
import { carryOn } from '../carry-on.ts';
import { refuseTwoValues } from '../one-value.ts';
import { collect, wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';
import { Progress } from '../progress.ts';

interface ForkOptions {
  step?: number;
  set?: string[];
  objective?: string;
  steps?: number;
  name?: string;
}

export const forkCommand = (sessionOf: SessionOf) =>
  new Command('fork')
    .description('trains a new run that begins at a checkpoint of another')
    .argument('<run>', 'id or name')
    .option('--step <number>', 'a step with a checkpoint (default: the newest)', wholeNumber('step', 0))
    .option('--objective <terms>', 'from there on, such as simbal:0.1')
    .option('--set <field=value>', 'change one field from there on; repeatable', collect(String))
    .option('--steps <number>', 'optimizer steps, those before the fork included', wholeNumber('steps'))
    .option('--name <name>', 'what the new run is called')
    .action(async (text: string, options: ForkOptions, command: Command) => {
      const session = sessionOf(command);
      const progress = new Progress(session);
      await session.withOwnLab((lab) => {
        const { objective, steps, name, set = [] } = options;
        refuseTwoValues(
          {
            ...(objective !== undefined && { objective: [`objective=${objective}`] }),
            ...(steps !== undefined && { steps: [`training.steps=${steps}`] }),
            ...(name !== undefined && { name: [`name=${name}`] }),
          },
          set,
        );
        const run = findRun(lab.store, text);
        const { step } = forkPoint(lab.store, run, options.step);
        const configuration = forkedConfiguration(run.configuration, step, options);
        const fork = lab.fork(run.id, {
          step,
          configuration,
          ...((name !== undefined || assigns(set, 'name')) && { name: configuration.name }),
        });
        return carryOn(lab, fork, session, progress);
      }, progress.onEvent);
    });
