// simbal import: runs of another lab out of a bundle, and curves of other programs out of their files.
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { byteSize, grouped, significant } from '../../../charts/index.ts';
import { LabError } from '../../../shared/errors.ts';
import {
  type BundleImport,
  type BundlePreview,
  type CurveChoice,
  quantities,
  type Recording,
  type XKind,
  xKinds,
} from '../../../shared/imports.ts';
import type { ImportedCurves } from '../../lab/imports/index.ts';
import type { LabEvent } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import { counted } from '../counted.ts';
import { exitCodes } from '../exit-codes.ts';
import { collect } from '../options.ts';
import type { SessionOf } from '../program.ts';
import { share } from '../progress.ts';
import { quoted, type Session } from '../session.ts';
import { StatusLine } from '../status-line.ts';
import { textTable } from '../text-table.ts';

interface Options {
  list?: boolean;
  tag?: string[];
  axis?: string;
  x?: XKind;
  tokensPerStep?: number;
  name?: string;
}

export const importCommand = (sessionOf: SessionOf): Command =>
  new Command('import')
    .description('takes in a bundle of another lab, or curves out of TensorBoard, Weights & Biases and CSV files')
    .argument(
      '<path>',
      'a bundle (.zip), an event file, a folder of event files, a history (.json, .jsonl), a table (.csv)',
    )
    .option('--list', 'shows what lies there and imports nothing')
    .option(
      '--tag <tag=curve>',
      'a tag, and what it is: loss, train-loss or a name of its own; again for more',
      collect((text) => text),
    )
    .option('--axis <column>', 'the column or axis that x is read from')
    .addOption(new Option('--x <kind>', 'what x counts').choices([...xKinds]))
    .option('--tokens-per-step <number>', 'draws a curve over steps over tokens too', positive)
    .option('--name <name>', "before each tag in the curve's name (default: the file's name)")
    .action(async (given: string, options: Options, command: Command) => {
      const session = sessionOf(command);
      const path = resolve(session.io.folder, given);
      const status = new StatusLine(session.io);
      const onEvent = (event: LabEvent) => {
        if (event.type === 'import-progress' && !session.json) status.rewrite(`${event.phase} ${share(event)}`);
      };
      await session.withLab(async (lab) => {
        const stop = new AbortController();
        const release = session.io.onInterrupt(() => {
          session.exitCode = exitCodes.interrupted;
          stop.abort();
        });
        try {
          const found = await lab.imports.look(path, stop.signal);
          if (options.list)
            session.result(found, () =>
              found.kind === 'bundle' ? bundleText(found) : recordingText(found, session, given),
            );
          else if (found.kind === 'bundle') {
            if (
              options.tag ||
              options.axis ||
              options.x ||
              options.tokensPerStep !== undefined ||
              options.name !== undefined
            )
              session.say(
                'A bundle is taken in whole; --tag, --axis, --x, --tokens-per-step and --name say nothing about it.',
              );
            const imported = await lab.imports.bundle(path, stop.signal);
            status.erase();
            session.result(imported, () => importedText(imported, session));
          } else {
            const imported = await lab.imports.curves(path, choiceOf(found, options), stop.signal);
            session.result(imported.curves, () => curvesText(imported));
          }
        } finally {
          status.erase();
          release();
        }
      }, onEvent);
    });

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new LabError(
    'request',
    `--tokens-per-step must be a number above 0, but is ${JSON.stringify(text.slice(0, 40))}.`,
    {
      field: '--tokens-per-step',
      value: text.slice(0, 40),
      remedy: 'Give the batch size times the sequence length, like 65536.',
    },
  );
}

const short: Record<string, string> = { loss: quantities[0], 'train-loss': quantities[1] };

/** What is asked for; what is not said is taken from the names in the file. @throws LabError 'request' where these do not tell */
function choiceOf({ tags, axes, path }: Recording, { tag, axis, x, tokensPerStep, name }: Options): CurveChoice {
  const chosen = tag
    ? tag.map((text) => {
        const at = text.lastIndexOf('=');
        const quantity = at < 0 ? 'loss' : text.slice(at + 1).trim();
        return { tag: at < 0 ? text : text.slice(0, at), quantity: short[quantity] ?? quantity };
      })
    : tags.flatMap(({ tag, suggested }) => (suggested ? [{ tag, quantity: suggested }] : []));
  const wanted = axis
    ? { name: axis, kind: x ?? axes.find((other) => other.name === axis)?.kind ?? null }
    : axes.find(({ kind }) => kind !== null && (x === undefined || kind === x));
  if (chosen.length === 0 || chosen.some(({ tag, quantity }) => tag === '' || quantity === '')) {
    throw new LabError(
      'request',
      `${path} has ${tags.length} tags, and none of them says by its name that it is a loss.`,
      {
        field: '--tag',
        remedy: `Say which to import, like --tag ${JSON.stringify(`${tags[0]!.tag}=loss`)}; --list shows them.`,
      },
    );
  }
  const kind = x ?? wanted?.kind;
  if (!wanted || !kind) {
    throw new LabError('request', `${path} does not say what x is to be.`, {
      field: wanted ? '--x' : '--axis',
      remedy: `Say which column and what it counts, like --axis ${JSON.stringify(axes[0]!.name)} --x step.`,
    });
  }
  return {
    tags: chosen,
    axis: wanted.name,
    x: kind,
    ...(tokensPerStep !== undefined && { tokensPerStep }),
    ...(name !== undefined && { name }),
  };
}

const formats = { tensorboard: 'TensorBoard', wandb: 'Weights & Biases', table: 'a table' };

function recordingText({ tags, axes, format, bytes, notes }: Recording, session: Session, path: string): string {
  const left = (label: string, values: string[]) => ({ label, values, align: 'left' as const });
  const first = tags.find(({ suggested }) => suggested) ?? tags[0]!;
  return [
    `${formats[format]}, ${byteSize(bytes)}`,
    `x can be ${axes
      .slice(0, 12)
      .map(({ name, kind }) => `${plain(name, 40)}${kind && kind !== name ? ` (${kind})` : ''}`)
      .join(', ')}${axes.length > 12 ? ` and ${axes.length - 12} more` : ''}`,
    ...notes.map((note) => plain(note, 400)),
    '',
    textTable([
      left(
        'tag',
        tags.map(({ tag }) => plain(tag, 48)),
      ),
      { label: 'points', values: tags.map(({ points }) => grouped(points)) },
      { label: 'not finite', values: tags.map(({ notFinite }) => grouped(notFinite)) },
      left(
        'first values',
        tags.map(({ first }) =>
          first
            .slice(0, 4)
            .map((value) => significant(value, 4))
            .join(', '),
        ),
      ),
      left(
        'seems to be',
        tags.map(({ suggested }) => suggested ?? ''),
      ),
    ]),
    `To import: ${session.command(`import ${quoted(path)} --tag ${quoted(`${first.tag}=${first.suggested === quantities[1] ? 'train-loss' : 'loss'}`)}`)}\n`,
  ].join('\n');
}

const bundleText = ({ title, made, lab, runs, experiments, studies, checkpoints, bytes }: BundlePreview): string =>
  [
    `${plain(title)}, a bundle of ${byteSize(bytes)}`,
    `  made ${made.slice(0, 16).replace('T', ' ')} UTC by lab ${plain(lab, 40)}`,
    `  ${counted(runs, 'run')} in ${counted(experiments, 'experiment')}, ${counted(studies, 'study', 'studies')}, ${counted(checkpoints, 'checkpoint')}`,
    '',
  ].join('\n');

function importedText(
  { runs, studies, known, mapped, corporaWithoutText, title }: BundleImport,
  session: Session,
): string {
  const all = [...known, ...runs];
  const lines = [
    runs.length + studies.length === 0
      ? `Nothing new: everything of ${plain(title)} is here already.`
      : `Imported ${counted(runs.length, 'run')} and ${counted(studies.length, 'study', 'studies')} of ${plain(title)}.`,
    ...(known.length > 0 && runs.length > 0 ? [`Here already and kept: ${known.join(', ')}.`] : []),
    ...mapped.map(({ from, to }) => `${plain(from, 64)} is ${to} here, since something else has its id.`),
    ...corporaWithoutText.map(
      (name) =>
        `The text of the corpus ${plain(name, 60)} is not here: to train these runs on, add the same text with corpus add.`,
    ),
    `To compare them: ${session.command(`compare ${all.slice(0, 20).join(' ')}`)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function curvesText({ curves, known }: ImportedCurves): string {
  const lines = curves.map(({ id, name, quantity, points, x, axis, notes }) =>
    [
      `${plain(name, 100)} (${id}): ${quantity}, ${counted(points, 'point')} over ${axis === x ? x : `${plain(axis, 40)} as ${x}`}${known.includes(id) ? ', here already' : ''}`,
      ...notes.map((note) => `  ${plain(note, 400)}`),
    ].join('\n'),
  );
  return `${lines.join('\n')}\nCompare draws them beside runs, and a report where it is asked to with --curve.\n`;
}
