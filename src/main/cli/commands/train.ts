// simbal train: one run, or objectives × seeds of them, from a configuration file or a preset.
import { Command } from 'commander';
import { abbreviated, byteSize } from '../../../charts/index.ts';
import {
  applyOverrides,
  assigns,
  configurationFromPreset,
  engineKinds,
  objectiveLabel,
  objectiveText,
  parseObjectiveText,
  presetNamed,
  type RunConfiguration,
  tokenizerVocabulary,
} from '../../../shared/config/index.ts';
import { LabError } from '../../../shared/errors.ts';
import type { TokenizerName } from '../../../shared/worker-messages.ts';
import { dependencyTextName } from '../../lab/dependency-text.ts';
import type { Lab } from '../../lab/index.ts';
import { compare } from '../../lab/index.ts';
import { carryOut } from '../carry-out.ts';
import { comparisonText } from '../comparison-text.ts';
import { configurationFromFile } from '../configuration-file.ts';
import { dependencyCorpus } from '../dependency-corpus.ts';
import { refuseTwice, refuseTwoValues } from '../one-value.ts';
import { collect, shortened, wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';
import { Progress } from '../progress.ts';
import type { Session } from '../session.ts';

interface TrainOptions {
  preset?: string;
  set?: string[];
  objective?: string[];
  seed?: number[];
  steps?: number;
  name?: string;
  corpus?: string;
  engine?: string;
  threads?: number;
}

export const trainCommand = (sessionOf: SessionOf) =>
  new Command('train')
    .description('trains a run, or one for each objective and seed')
    .argument('[file]', 'a configuration as JSON, whole')
    .option('--preset <name>', 'start from a preset: nano, micro, small … (default: nano)')
    .option('--set <field=value>', 'set one field, such as model.experts=32; repeatable', collect(String))
    .option('--objective <terms>', 'such as none, simbal:0.1 or simbal,lbl-sequence; repeatable', collect(String))
    .option('--seed <number>', 'of parameters and data order; repeatable', collect(wholeNumber('seed', 0)))
    .option('--steps <number>', 'optimizer steps', wholeNumber('steps'))
    .option('--name <name>', 'what the run is called')
    .option('--corpus <name>', 'name or hash of a corpus (default: text of the dependencies)')
    .option('--engine <kind>', engineKinds.join(', '))
    .option('--threads <number>', 'processor threads; 0 shares the machine out', wholeNumber('threads', 0))
    .action(async (file: string | undefined, options: TrainOptions, command: Command) => {
      const session = sessionOf(command);
      const progress = new Progress(session);
      await session.withLab((lab) => train(lab, file, options, session, progress), progress.onEvent);
    });

const defaultPreset = 'nano';
const tokenizers = Object.keys(tokenizerVocabulary) as TokenizerName[];

async function train(
  lab: Lab,
  file: string | undefined,
  options: TrainOptions,
  session: Session,
  progress: Progress,
): Promise<void> {
  const base = baseConfiguration(file, options, session);
  const configurations = sweep(base, options);
  // Text that every installation has: asked for by its name or by saying nothing, it is there.
  const tokenizer = tokenizers.find((one) => dependencyTextName(one) === base.corpus);
  if (tokenizer) await dependencyCorpus(lab, tokenizer, session);
  for (const configuration of configurations) lab.estimate(configuration);
  const experiment = lab.createExperiment({ name: options.name ?? base.name });
  const runs = configurations.map((configuration) => lab.createRun({ experiment: experiment.id, configuration }));
  const { parameters, tokens, memory } = lab.estimate(base);
  session.say(
    `${runs.length === 1 ? 'A run' : `${runs.length} runs`} of ${abbreviated(tokens)} tokens with ${abbreviated(parameters.total)} parameters, ${abbreviated(parameters.active)} of them active; about ${byteSize(memory.total)} of memory.`,
  );
  const width = Math.max(...runs.map(({ name }) => [...name].length));
  for (const { id, name, configuration } of runs) {
    progress.watch({ id, label: name, width: Math.min(40, width), steps: configuration.training.steps });
  }
  const ids = runs.map(({ id }) => id);
  const outcome = await carryOut(lab, ids, session, progress);
  const comparison = compare(lab.store, ids);
  const ended = outcome.runs.map(({ id, name, status, message }) => ({ id, name, status, message }));
  if (session.json) session.io.out(`${JSON.stringify({ type: 'result', experiment, runs: ended })}\n`);
  else if (ended.some(({ status }) => status === 'completed')) {
    session.io.out(
      `\n${comparisonText(comparison)}\n${ids.length === 1 ? 'The run' : 'The runs'}: ${ids.join(', ')}\n`,
    );
  }
}

/** @throws LabError 'configuration' before anything is prepared or written. */
function baseConfiguration(file: string | undefined, options: TrainOptions, session: Session): RunConfiguration {
  const { preset = defaultPreset, engine, threads, corpus, name, steps } = options;
  if (file !== undefined && options.preset !== undefined) {
    throw new LabError('request', 'A configuration file and a preset were both given.', {
      remedy: 'Give one of them; --set changes single fields of either.',
    });
  }
  refuseTwoValues(fieldsOfOptions(options), options.set ?? []);
  const before = file === undefined ? fromPreset(preset, options) : configurationFromFile(session.io.folder, file);
  const schedule = steps === undefined ? null : shortened(before.training, steps);
  return applyOverrides(before, [
    ...(schedule ? [`training.steps=${schedule.steps}`, `training.warmupSteps=${schedule.warmupSteps}`] : []),
    ...(engine === undefined ? [] : [`engine.kind=${engine}`]),
    ...(threads === undefined ? [] : [`engine.threads=${threads}`]),
    ...(corpus === undefined ? [] : [`corpus=${corpus}`]),
    ...(name === undefined ? [] : [`name=${name}`]),
    ...(options.set ?? []),
  ]);
}

function fieldsOfOptions({ objective = [], seed = [], steps, name, corpus, engine, threads }: TrainOptions) {
  return {
    objective: objective.map((text) => `objective=${text}`),
    seed: seed.flatMap((number) => [`seeds.init=${number}`, `seeds.data=${number}`]),
    ...(steps !== undefined && { steps: [`training.steps=${steps}`] }),
    ...(name !== undefined && { name: [`name=${name}`] }),
    ...(corpus !== undefined && { corpus: [`corpus=${corpus}`] }),
    ...(engine !== undefined && { engine: [`engine.kind=${engine}`] }),
    ...(threads !== undefined && { threads: [`engine.threads=${threads}`] }),
  };
}

function fromPreset(preset: string, { corpus }: TrainOptions): RunConfiguration {
  const { tokenizer } = presetNamed(preset);
  return configurationFromPreset(preset, { corpus: corpus ?? dependencyTextName(tokenizer) });
}

/** One configuration for each objective and seed; each is named after what tells it apart. */
function sweep(
  base: RunConfiguration,
  { objective = [], seed = [], name: ofOption, set = [] }: TrainOptions,
): RunConfiguration[] {
  const name = ofOption ?? (assigns(set, 'name') ? base.name : undefined);
  const objectives = objective.length > 0 ? objective : [null];
  const seeds = seed.length > 0 ? seed : [null];
  refuseTwice('seed', seed.map(String));
  refuseTwice(
    'objective',
    objective.map((text) => objectiveText(parseObjectiveText(text))),
  );
  // The one that was asked for is that of every objective, not the one that the paper pairs with it.
  const routerInit = assigns(set, 'model.routerInit') ? [`model.routerInit=${base.model.routerInit}`] : [];
  const labels = objectives.map((text) => (text === null ? null : objectiveLabel(parseObjectiveText(text))));
  return objectives.flatMap((text, index) =>
    seeds.map((number) => {
      const repeated = labels.filter((label) => label === labels[index]).length > 1;
      const words = [
        objectives.length > 1 || (name === undefined && text !== null)
          ? repeated
            ? objectiveText(parseObjectiveText(text!))
            : labels[index]
          : null,
        seeds.length > 1 ? `seed ${number}` : null,
      ].filter(Boolean);
      const called = [name, ...words].filter(Boolean).join(', ') || base.name;
      return applyOverrides(base, [
        ...(text === null ? [] : [`objective=${text}`, ...routerInit]),
        ...(number === null ? [] : [`seeds.init=${number}`, `seeds.data=${number}`]),
        `name=${called}`,
      ]);
    }),
  );
}
