// simbal demo: no balancing, LBL and SimBal from the same start, on text that every installation has.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { abbreviated, duration } from '../../../charts/index.ts';
import {
  configurationFromPreset,
  objectiveLabel,
  objectiveText,
  parseObjectiveText,
  presetNamed,
} from '../../../shared/config/index.ts';
import { fileName } from '../../../shared/file-name.ts';
import { findings } from '../../lab/comparison/findings.ts';
import { type Comparison, compare, type Lab } from '../../lab/index.ts';
import { reportPage } from '../../lab/report-page.ts';
import { carryOut } from '../carry-out.ts';
import { comparisonText } from '../comparison-text.ts';
import { dependencyCorpus } from '../dependency-corpus.ts';
import { refuseTwice } from '../one-value.ts';
import { shortened, timeText, wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';
import { Progress } from '../progress.ts';
import { quoted, type Session } from '../session.ts';
import { writeText } from '../write-text.ts';

const defaultPreset = 'nano';
const defaultObjectives = ['none', 'lbl-sequence', 'simbal'];

interface DemoOptions {
  preset: string;
  steps?: number;
  objectives: string[];
}

export const demoCommand = (sessionOf: SessionOf) =>
  new Command('demo')
    .description('compares no balancing, LBL and SimBal from the same start, in a few minutes')
    .option('--preset <name>', 'the model', defaultPreset)
    .option('--steps <number>', "optimizer steps of each run (default: the preset's)", wholeNumber('steps'))
    .option('--objectives <list...>', 'what to compare, such as none simbal:0.1 simbal,lbl-sequence', [
      ...defaultObjectives,
    ])
    .action(async (options: DemoOptions, command: Command) => {
      const session = sessionOf(command);
      const progress = new Progress(session);
      await session.withLab((lab) => demo(lab, options, session, progress), progress.onEvent);
    });

async function demo(lab: Lab, options: DemoOptions, session: Session, progress: Progress): Promise<void> {
  const { tokenizer, training } = presetNamed(options.preset);
  const objectives = options.objectives.map(parseObjectiveText);
  refuseTwice('objective', objectives.map(objectiveText));
  const corpus = await dependencyCorpus(lab, tokenizer, session);
  const configurations = objectives.map((objective) =>
    configurationFromPreset(options.preset, {
      corpus,
      name: objectiveLabel(objective),
      objective,
      // All routers start orthogonal, as SimBal's does in the paper, so that all parameters start equal.
      model: { routerInit: 'orthogonal' },
      training: shortened(training, options.steps),
    }),
  );
  const experiment = lab.createExperiment({ name: nextName(lab) });
  const runs = configurations.map((configuration) => lab.createRun({ experiment: experiment.id, configuration }));
  const [first] = configurations;
  const { parameters, tokens } = lab.estimate(first);
  session.say(
    `${experiment.name}: ${runs.length} runs of ${first!.training.steps} steps (${abbreviated(tokens)} tokens each) with ${abbreviated(parameters.total)} parameters, ${abbreviated(parameters.active)} of them active, one after the other.`,
  );
  const width = Math.max(...runs.map(({ name }) => name.length));
  for (const { id, name } of runs) progress.watch({ id, label: name, width, steps: first!.training.steps });

  const started = session.io.now();
  const { interrupted } = await carryOut(
    lab,
    runs.map(({ id }) => id),
    session,
    progress,
  );
  if (interrupted) return;
  const comparison = compare(
    lab.store,
    runs.map(({ id }) => id),
  );
  const page = writePage(lab, experiment, comparison, session, options);
  session.result({ type: 'result', experiment, page, findings: findings(comparison), comparison }, () =>
    [
      '',
      comparisonText(comparison),
      `The page with all curves: ${pathToFileURL(page).href}`,
      `Runs, curves and checkpoints: ${lab.store.paths.home}`,
      `The whole demo took ${duration((session.io.now() - started) / 1000)}.`,
      '',
      'To try next:',
      ...nextCommands(
        runs.map(({ id }) => id),
        Math.max(600, 2 * first!.training.steps),
      ).map((text) => `  ${session.command(text)}`),
      '',
    ].join('\n'),
  );
}

function nextCommands(ids: readonly string[], steps: number): string[] {
  return [
    `resume ${ids.at(-1)} --steps ${steps}`,
    'demo --objectives loss-free-bias simbal,loss-free-bias normalised-gram',
    'train --preset micro --objective simbal --seed 0 --seed 1',
    `compare ${ids.join(' ')} --html comparison.html`,
  ];
}

/** Writes the comparison page; resolves to its path. */
function writePage(
  lab: Lab,
  experiment: { id: string; name: string },
  comparison: Comparison,
  session: Session,
  { preset, steps, objectives }: DemoOptions,
): string {
  const file = join(lab.store.paths.reports, `${fileName(experiment.name)}-${experiment.id}.html`);
  const again = [
    'demo',
    preset === defaultPreset ? '' : `--preset ${preset}`,
    steps === undefined ? '' : `--steps ${steps}`,
    objectives.join(' ') === defaultObjectives.join(' ') ? '' : `--objectives ${objectives.map(quoted).join(' ')}`,
  ];
  const command = session.command(again.filter(Boolean).join(' '));
  writeText(file, reportPage(comparison, { made: timeText(new Date()), again: [command] }));
  return file;
}

/** "Demo", "Demo 2", …: each beside those before it. */
function nextName(lab: Lab): string {
  const names = new Set(lab.store.experiments.list().map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? 'Demo' : `Demo ${number}`;
    if (!names.has(name)) return name;
  }
}
