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

/**
 * @param runs with those that they were forked from, as `withOrigins` gives them
 * @param typed what each is called on a command line, as `typedNames` gives it
 */
export function commandsAgain(
  runs: readonly RunRow[],
  corpora: readonly CorpusRow[],
  typed: ReadonlyMap<string, string>,
  command: CommandLine,
): Again {
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
    const origin = parent && runs.find(({ id }) => id === parent.run);
    const line = origin
      ? forkCommand(configuration, parent.step, origin.configuration, typed.get(origin.id) ?? origin.id)
      : trainCommand(configuration, corpora);
    if (line === null)
      limits.push(`${shown(name)} has a configuration that no command line says: export it, and train from the file.`);
    else lines.push(command(line));
  }
  if (runs.some(({ id }) => (typed.get(id) ?? id) === id))
    limits.push('Runs whose names others have are named by their ids in this lab: put those of the new runs there.');
  return { again: lines, limits };
}

/** The runs, and before each those that it was forked from, the first first. */
export function withOrigins(runs: readonly RunRow[], get: (id: string) => RunRow): RunRow[] {
  const ordered = new Map<string, RunRow>();
  const add = (run: RunRow) => {
    if (ordered.has(run.id)) return;
    if (run.parent) add(get(run.parent.run));
    ordered.set(run.id, run);
  };
  for (const run of runs) add(run);
  return [...ordered.values()];
}

/** What a person types for each run of a lab: its name, which a new run has too; its id where others have the name. */
export function typedNames(runs: readonly RunRow[]): Map<string, string> {
  const count = Map.groupBy(runs, ({ name }) => plain(name));
  return new Map(
    runs.map(({ id, name }) => {
      const typed = plain(name);
      const sure = count.get(typed)!.length === 1 && typed === name && !typed.startsWith('-');
      return [id, sure ? quoted(typed) : id];
    }),
  );
}

function forkCommand(
  configuration: RunConfiguration,
  step: number,
  origin: RunConfiguration,
  typed: string,
): string | null {
  const assignments = assignmentsBetween(configuration, { ...origin, name: configuration.name });
  return (
    assignments &&
    ['fork', typed, `--step ${step}`, `--name ${quoted(plain(configuration.name))}`, ...assignments].join(' ')
  );
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
  const assignments = assignmentsBetween(wanted, { ...base, name: wanted.name });
  if (assignments === null) return null;
  return [
    `train --preset ${preset}`,
    `--corpus ${quoted(named)}`,
    `--name ${quoted(wanted.name)}`,
    ...assignments,
  ].join(' ');
}

/** `--set` options that make one configuration of the other; null where none do. */
function assignmentsBetween(wanted: RunConfiguration, base: RunConfiguration): string[] | null {
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
    const made = applyOverrides(base, assignments);
    if (JSON.stringify(sorted(made)) !== JSON.stringify(sorted(wanted))) return null;
  } catch {
    return null;
  }
  return assignments.map((text) => `--set ${quoted(text)}`);
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
