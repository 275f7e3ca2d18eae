// simbal demo: no balancing, LBL and SimBal from the same start, on text that every installation has.
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { Command } from 'commander';
import { abbreviated, duration } from '../../../charts/index.ts';
import { configurationFromPreset, objectiveLabel, parseObjectiveText, presetNamed, rangeText, fields } from '../../../shared/config/index.ts';
import { LabError } from '../../../shared/errors.ts';
import { findings } from '../../lab/comparison/findings.ts';
import { compare, type Comparison, type Lab } from '../../lab/index.ts';
import { fileName } from '../../lab/text.ts';
import { reportPage } from '../../lab/report-page.ts';
import { carryOut } from '../carry-out.ts';
import { comparisonText } from '../comparison-text.ts';
import { dependencyCorpus } from '../dependency-corpus.ts';
import { Progress } from '../progress.ts';
import type { SessionOf } from '../program.ts';
import type { Session } from '../session.ts';
import { shortened, wholeNumber } from '../options.ts';

interface DemoOptions {
  preset: string;
  steps?: number;
  objectives: string[];
}

export const demoCommand = (sessionOf: SessionOf) =>
  new Command('demo')
    .description('compares no balancing, LBL and SimBal from the same start, in a few minutes')
    .option('--preset <name>', 'the model', 'nano')
    .option('--steps <number>', "optimizer steps of each run (default: the preset's)", wholeNumber('steps'))
    .option('--objectives <list...>', 'what to compare, such as none simbal:0.1 simbal,lbl-sequence', ['none', 'lbl-sequence', 'simbal'])
    .action(async (options: DemoOptions, command: Command) => {
      const session = sessionOf(command);
      const progress = new Progress(session);
      await session.withLab((lab) => demo(lab, options, session, progress), progress.onEvent);
    });

async function demo(lab: Lab, options: DemoOptions, session: Session, progress: Progress): Promise<void> {
  const { tokenizer, training } = presetNamed(options.preset);
  const objectives = options.objectives.map(parseObjectiveText);
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
  const { interrupted } = await carryOut(lab, runs.map(({ id }) => id), session, progress);
  if (interrupted) return;
  const comparison = compare(lab.store, runs.map(({ id }) => id));
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
      ...nextCommands(runs.map(({ id }) => id)).map((text) => `  ${session.command(text)}`),
      '',
    ].join('\n'),
  );
}

function nextCommands(ids: readonly string[]): string[] {
  return [
    `resume ${ids.at(-1)} --steps 600`,
    'demo --objectives loss-free-bias simbal,loss-free-bias normalised-gram',
    'train --preset micro --objective simbal --seed 0 --seed 1',
    `compare ${ids.join(' ')} --html comparison.html`,
  ];
}

function writePage(lab: Lab, experiment: { id: string; name: string }, comparison: Comparison, session: Session, options: DemoOptions): string {
  const { reports } = lab.store.paths;
  const file = join(reports, `${fileName(experiment.name)}-${experiment.id}.html`);
  const steps = options.steps ? ` --steps ${options.steps}` : '';
  const preset = options.preset === 'nano' ? '' : ` --preset ${options.preset}`;
  const again = session.command(`demo${preset}${steps}${options.objectives.join() === 'none,lbl-sequence,simbal' ? '' : ` --objectives ${options.objectives.join(' ')}`}`);
  const html = reportPage(comparison, { made: new Date().toISOString().slice(0, 16).replace('T', ' '), again: [again] });
  write(file, reports, html);
  return file;
}
