// simbal import-model: a model of transformers, or a checkpoint of another lab, as a run of this one.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { findExperiment } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import { wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';

interface ImportOptions {
  name: string;
  corpus: string;
  experiment?: string;
  context?: number;
}

export const importModelCommand = (sessionOf: SessionOf) =>
  new Command('import-model')
    .description(
      'makes a run of a model of transformers or of a checkpoint of another lab: to be evaluated, studied, pruned and trained on',
    )
    .argument('<paths...>', 'its folder, its index, or its .safetensors files; or the folder of a checkpoint')
    .requiredOption('--name <name>', 'what the run is called')
    .requiredOption('--corpus <name>', 'the corpus that it goes on with')
    .option('--experiment <name>', 'the experiment that it joins; one called "Imported" when left out')
    .option('--context <tokens>', "at most the model's own; by default at most 1024", wholeNumber('context', 2))
    .action(async (paths: string[], { experiment, ...options }: ImportOptions, command: Command) => {
      const session = sessionOf(command);
      await session.withLab(async (lab) => {
        const { run, notes } = await lab.importModel({
          ...options,
          paths: paths.map((path) => resolve(session.io.folder, path)),
          ...(experiment !== undefined && { experiment: findExperiment(lab.store, experiment).id }),
        });
        session.result({ run: run.id, name: run.name, notes }, () =>
          [
            `The run: ${run.id} "${plain(run.name)}"`,
            ...notes.map((note) => plain(note, 500)),
            `Look into it with ${session.command(`analyse ${run.id}`)}, train it on with ${session.command(`resume ${run.id}${run.status === 'completed' ? ' --steps N' : ''}`)}.`,
            '',
          ].join('\n'),
        );
      });
    });
