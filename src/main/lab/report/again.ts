// Runs as command lines that make them again: each configuration as a preset and the fields that differ from it. Every line is
// made by the same code that reads it, and left out where that would not give the same configuration.
import {
  applyOverrides,
  configurationFromPreset,
  fields,
  objectiveText,
  presets,
  type RunConfiguration,
} from '../../../shared/config/index.ts';
import type { CorpusSource } from '../../../shared/worker-messages.ts';
import type { CorpusRow, RunRow } from '../../store/index.ts';
import { valueAt } from '../comparison/configuration-differences.ts';
import { plain, quoted, shown } from '../text.ts';
import type { Again } from './source.ts';

/** `simbal` as this person types it, with what follows it. */
export type CommandLine = (rest: string) => string;

export function commandsAgain(runs: readonly RunRow[], corpora: readonly CorpusRow[], command: CommandLine): Again {
  const limits: string[] = [];
  const lines: string[] = [];
  for (const corpus of corpora) {
    const added = corpusCommand(corpus);
    if (added === null) continue;
    lines.push(command(added));
    limits.push(
      `The text itself is not part of this report: the corpus ${shown(corpus.description.name)} has to be prepared from the same files, and then has the hash ${corpus.description.hash.slice(0, 16)}….`,
    );
  }
  for (const { name, parent, configuration } of runs) {
    if (parent) {
      limits.push(
        `${shown(name)} was forked from the run ${parent.run} at step ${parent.step}: train that one first, then resume it.`,
      );
      lines.push(command(`resume ${parent.run} --steps ${configuration.training.steps}`));
      continue;
    }
    const line = trainCommand(configuration, corpora);
    if (line === null)
      limits.push(`${shown(name)} has a configuration that no command line says: export it, and train from the file.`);
    else lines.push(command(line));
  }
  return { again: lines, limits };
}

/** Null for text that every installation has. */
function corpusCommand({ description, sources }: CorpusRow): string | null {
  const [first] = sources;
  if (!first || sources.some(({ preset }) => preset !== undefined)) return null;
  const given = (Object.entries(options) as [keyof CorpusSource, string][]).flatMap(([key, option]) => {
    const value = first[key];
    return value === undefined ? [] : [`--${option} ${quoted(value)}`];
  });
  const { train, validation } = description.documents;
  const share = validation / Math.max(1, train + validation);
  const words = [
    'corpus add',
    ...sources.map(({ path }) => quoted(`./${lastPart(path)}`)),
    `--name ${quoted(plain(description.name))}`,
    `--tokenizer ${description.tokenizer}`,
    ...(Math.abs(share - 0.05) > 0.02 ? [`--validation ${Number(share.toPrecision(2))}`] : []),
    ...given,
  ];
  return words.join(' ');
}

const options: Partial<Record<keyof CorpusSource, string>> = {
  textField: 'text-field',
  domainBy: 'domain-by',
  domainField: 'domain-field',
};

/** Where a person keeps files is nobody else's business. */
const lastPart = (path: string) => path.split(/[\\/]/).findLast((part) => part !== '') ?? path;

export function trainCommand(configuration: RunConfiguration, corpora: readonly CorpusRow[] = []): string | null {
  const known = presets.some(({ name }) => name === configuration.preset);
  const preset = known ? configuration.preset! : presets[0]!.name;
  const corpus = corpora.find(({ description }) => description.hash === configuration.corpus);
  const named = plain(corpus ? corpus.description.name : configuration.corpus);
  const wanted = { ...configuration, name: plain(configuration.name), corpus: named, preset };
  const base = configurationFromPreset(preset, { corpus: named });
  const assignments = [
    ...(objectiveText(wanted.objective) === objectiveText(base.objective)
      ? []
      : [`objective=${objectiveText(wanted.objective)}`]),
    ...fields
      .map(({ path }) => path)
      .filter((path) => !namedElsewhere.has(path))
      .filter((path) => path === 'model.routerInit' || valueAt(wanted, path) !== valueAt(base, path))
      .map((path) => `${path}=${String(valueAt(wanted, path))}`),
  ];
  try {
    const made = applyOverrides(base, [`name=${wanted.name}`, ...assignments]);
    if (JSON.stringify(sorted(made)) !== JSON.stringify(sorted(wanted))) return null;
  } catch {
    return null;
  }
  return [
    `train --preset ${preset}`,
    `--corpus ${quoted(named)}`,
    `--name ${quoted(wanted.name)}`,
    ...assignments.map((text) => `--set ${quoted(text)}`),
  ].join(' ');
}

const namedElsewhere = new Set(['name', 'preset', 'corpus']);

/** With keys in one order, to be compared. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
