// simbal runs: what there is, one of them in full, and its numbers as a file.
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { abbreviated, byteSize, duration, grouped, significant } from '../../../charts/index.ts';
import { objectiveText } from '../../../shared/config/index.ts';
import type { Removable } from '../../../shared/records.ts';
import { summaryOf } from '../../lab/comparison/measures.ts';
import { runCsv, runJson } from '../../lab/export.ts';
import { findRun } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import { counted } from '../counted.ts';
import { goOn } from '../go-on.ts';
import type { SessionOf } from '../program.ts';
import { noLab, type Session } from '../session.ts';
import { textTable } from '../text-table.ts';
import { writeText } from '../write-text.ts';

export function runsCommand(sessionOf: SessionOf): Command {
  const runs = new Command('runs').description('lists, shows, exports, renames and purges runs');
  for (const command of [listCommand, showCommand, exportCommand, renameCommand, purgeCommand])
    runs.addCommand(command(sessionOf));
  return runs;
}

const listCommand = (sessionOf: SessionOf) =>
  new Command('list').description('lists all runs').action((_: unknown, command: Command) => {
    const session = sessionOf(command);
    session.withStore((store) => {
      const rows = store?.runs.list().map((run) => overview(store, run)) ?? [];
      session.result(rows, () => listText(rows, session));
    });
  });

const showCommand = (sessionOf: SessionOf) =>
  new Command('show')
    .description('shows one run: status, numbers, checkpoints, what happened to it')
    .argument('<run>', 'id or name')
    .action((name: string, _: unknown, command: Command) => {
      const session = sessionOf(command);
      session.withStore((store) => {
        if (!store) throw noLab(session.home);
        const run = findRun(store, name);
        const events = store.events.list(run.id);
        const checkpoints = store.checkpoints.list(run.id);
        const segments = store.segments.list(run.id);
        session.result({ ...overview(store, run), ...run, segments, checkpoints, events }, () =>
          showText(store, run, session),
        );
      });
    });

const exportCommand = (sessionOf: SessionOf) =>
  new Command('export')
    .description('writes the numbers of a run: CSV with a row a step, or JSON with everything')
    .argument('<run>', 'id or name')
    .addOption(new Option('--format <format>').choices(['csv', 'json']).default('csv'))
    .option('--out <file>', 'the file to write (default: standard output)')
    .action((name: string, { format, out }: { format: 'csv' | 'json'; out?: string }, command: Command) => {
      const session = sessionOf(command);
      session.withStore((store) => {
        if (!store) throw noLab(session.home);
        const { id } = findRun(store, name);
        const text =
          format === 'csv' && !session.json ? runCsv(store, id) : [`${JSON.stringify(runJson(store, id))}\n`];
        if (out === undefined) for (const part of text) session.io.out(part);
        else writeText(resolve(session.io.folder, out), text);
      });
    });

const renameCommand = (sessionOf: SessionOf) =>
  new Command('rename')
    .description('gives a run another name')
    .argument('<run>', 'id or name')
    .argument('<name>', 'the new name')
    .action(async (name: string, newName: string, _: unknown, command: Command) => {
      const session = sessionOf(command);
      await session.withOwnLab(async (lab) => {
        const { id } = lab.renameRun(findRun(lab.store, name).id, newName);
        session.result({ id, name: newName }, () => `${id} is called "${plain(newName)}" now.\n`);
      });
    });

const purgeCommand = (sessionOf: SessionOf) =>
  new Command('purge')
    .description('frees what the checkpoints of removed runs take; their numbers stay')
    .option('--yes', 'do it; without this it only says what it would free')
    .action(async ({ yes = false }: { yes?: boolean }, command: Command) => {
      const session = sessionOf(command);
      await session.withOwnLab(async (lab) => {
        const found = yes ? await lab.purgeCheckpoints() : lab.removableCheckpoints();
        session.result({ ...found, removed: yes }, () => purgeText(found, yes, session));
      });
    });

function purgeText({ runs, checkpoints, bytes }: Removable, done: boolean, session: Session): string {
  if (checkpoints === 0) return 'There is nothing to free: no removed run has checkpoints that no other run needs.\n';
  const what = `${counted(checkpoints, 'checkpoint')} of ${counted(runs, 'removed run')}`;
  if (done) return `Removed ${what}, which gives ${byteSize(bytes)} back.\n`;
  return `${what} would give ${byteSize(bytes)} back; none was removed yet. A run that is restored after that begins at its start. To remove them: ${session.command('runs purge --yes')}\n`;
}

function overview(store: ReadOnlyStore, { id, name, experiment, status, message, configuration, created }: RunRow) {
  const evaluation = store.evaluations.list(id).at(-1)?.evaluation;
  return {
    id,
    experiment: store.experiments.get(experiment).name,
    name,
    status,
    message,
    objective: objectiveText(configuration.objective),
    step: store.metrics.last(id)?.step ?? store.checkpoints.newest(id)?.step ?? 0,
    steps: configuration.training.steps,
    perplexity: evaluation?.perplexity ?? null,
    created,
  };
}

type Overview = ReturnType<typeof overview>;

function listText(rows: readonly Overview[], session: Session): string {
  if (rows.length === 0) {
    return `There is no run in ${session.home} yet. To begin: ${session.command('demo')} or ${session.command('train --preset nano')}\n`;
  }
  const left = (label: string, values: string[]) => ({ label, values, align: 'left' as const });
  const table = textTable([
    left(
      'run',
      rows.map(({ id }) => id),
    ),
    left(
      'experiment',
      rows.map(({ experiment }) => plain(experiment, 24)),
    ),
    left(
      'name',
      rows.map(({ name }) => plain(name, 32)),
    ),
    left(
      'status',
      rows.map(({ status }) => status),
    ),
    { label: 'step', values: rows.map(({ step, steps }) => `${grouped(step)} of ${grouped(steps)}`) },
    {
      label: 'perplexity',
      values: rows.map(({ perplexity }) => (perplexity === null ? '–' : significant(perplexity))),
    },
    left(
      'created',
      rows.map(({ created }) => created.slice(0, 16).replace('T', ' ')),
    ),
  ]);
  const troubled = rows.filter(({ status, message }) => message !== null && ['failed', 'paused'].includes(status));
  const remarks = troubled.slice(-5).map(({ id, name, status, message }) => {
    const why = plain(message!, 1000);
    return `\n"${plain(name, 32)}" (${id}) ${status === 'failed' ? status : `is ${status}`}: ${why} More: ${session.command(`runs show ${id}`)}\n`;
  });
  return table + remarks.join('');
}

function showText(store: ReadOnlyStore, run: RunRow, session: Session): string {
  const { id, name, status, message, configuration, parent, created } = run;
  const { model, training, seeds } = configuration;
  const last = store.metrics.last(id);
  const evaluations = store.evaluations.list(id).map(({ evaluation }) => summaryOf(evaluation));
  const started = store.segments.list(id)[0]?.start;
  const checkpoints = store.checkpoints.list(id);
  const lines = [
    `${plain(name)} (${id}), ${status}${message ? `: ${plain(message, 1000)}` : ''}`,
    `  objective ${objectiveText(configuration.objective)}, seeds ${seeds.init} and ${seeds.data}, corpus ${plain(configuration.corpus)}, created ${created.slice(0, 16).replace('T', ' ')}`,
    `  ${model.layers} layers, width ${model.width}, ${model.experts} experts, ${model.active} active${started ? `, ${abbreviated(started.parameters.total)} parameters` : ''}`,
    ...(parent ? [`  begins at step ${parent.step} of ${parent.run}`] : []),
    ...(last
      ? [
          `  step ${grouped(last.step)} of ${grouped(training.steps)}, ${abbreviated(last.tokens)} tokens in ${duration(last.seconds)} of training`,
        ]
      : []),
    ...(started
      ? [
          `  ${started.engine.kind} on ${started.engine.device}, ${started.engine.threads} threads; parameters ${started.initHash.slice(0, 12)}, data ${started.dataHash.slice(0, 12)}`,
        ]
      : []),
    ...checkpoints.map(({ step, folder }) => `  checkpoint of step ${grouped(step)}: ${folder}`),
    ...store.events
      .list(id)
      .map(({ created, message }) => `  ${created.slice(0, 16).replace('T', ' ')} ${plain(message, 1000)}`),
    ...[goOn(run, store, session)].filter((line) => line !== null).map((line) => `  ${line}`),
    '',
  ];
  if (evaluations.length === 0) return lines.join('\n');
  const number = (value: number | null | undefined, digits = 4) => (value == null ? '–' : significant(value, digits));
  const table = textTable([
    { label: 'step', values: evaluations.map(({ step }) => grouped(step)) },
    { label: 'validation loss', values: evaluations.map(({ loss }) => number(loss)) },
    { label: 'perplexity', values: evaluations.map(({ perplexity }) => number(perplexity)) },
    {
      label: 'experts used',
      values: evaluations.map(({ routing }) =>
        routing ? `${grouped(routing.uniqueExperts, 1)} of ${routing.experts}` : '–',
      ),
    },
    { label: 'MaxVio', values: evaluations.map(({ routing }) => number(routing?.maxViolation, 3)) },
    { label: 'orthogonality', values: evaluations.map(({ routing }) => number(routing?.orthogonality, 3)) },
    { label: 'Min PES', values: evaluations.map(({ minimumSimilarity }) => number(minimumSimilarity, 3)) },
  ]);
  return `${lines.join('\n')}\n${table}`;
}
