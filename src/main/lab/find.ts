// Runs, experiments and imported curves by what a person types: an id, the beginning of one, or a name.
import { nearest } from '../../shared/config/nearest.ts';
import { LabError } from '../../shared/errors.ts';
import type { ImportedCurve } from '../../shared/imports.ts';
import type { ExperimentRow, ReadOnlyStore, RunRow } from '../store/index.ts';
import { shown } from './text.ts';

/** @throws LabError 'not-found' with a near name, 'request' when several have this name */
export function findRun(store: Pick<ReadOnlyStore, 'runs'>, text: string): RunRow {
  return find(store.runs.list(), text, 'run');
}

export function findExperiment(store: Pick<ReadOnlyStore, 'experiments'>, text: string): ExperimentRow {
  return find(store.experiments.list(), text, 'experiment');
}

export function findCurve(store: Pick<ReadOnlyStore, 'importedCurves'>, text: string): ImportedCurve {
  return find(store.importedCurves.list(), text, 'imported curve');
}

function find<Row extends { id: string; name: string }>(rows: Row[], text: string, kind: string): Row {
  const exact = rows.find(({ id }) => id === text);
  if (exact) return exact;
  const named = rows.filter(({ name }) => name === text);
  const matching = named.length > 0 || text.length < 4 ? named : rows.filter(({ id }) => id.startsWith(text));
  const [only, ...others] = matching;
  if (only && others.length === 0) return only;
  if (only) {
    const ids = matching.map(({ id }) => id).slice(-5);
    const all = matching.length > ids.length ? `the newest are ${ids.join(', ')}` : ids.join(', ');
    throw new LabError('request', `${matching.length} ${kind}s are called ${shown(text)}: ${all}.`, {
      field: kind,
      value: text.slice(0, 100),
      remedy: `Name the ${kind} by its id.`,
    });
  }
  const meant = nearest(text, [...rows.map(({ name }) => name), ...rows.map(({ id }) => id)]);
  throw new LabError('not-found', `There is no ${kind} called ${shown(text)}.`, {
    field: kind,
    value: text.slice(0, 100),
    remedy: meant ? `Did you mean ${shown(meant)}?` : known(rows, kind),
  });
}

/** Runs are many and have a list of their own. */
const known = (rows: readonly { name: string }[], kind: string): string =>
  kind !== 'imported curve'
    ? 'simbal runs list shows those there are.'
    : rows.length === 0
      ? 'None is here yet: simbal import brings them.'
      : `There ${rows.length === 1 ? 'is' : 'are'} ${rows
          .slice(0, 8)
          .map(({ name }) => shown(name))
          .join(', ')}${rows.length > 8 ? ', …' : ''}.`;
