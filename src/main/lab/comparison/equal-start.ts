// Whether runs started equal, by the hashes that their workers took of initial parameters and data order: all of them, and, as over
// seeds they must not, those of one seed.
import type { ComparedRun, EqualStart, StartHash } from '../../../shared/comparison.ts';

export type { EqualStart, StartHash } from '../../../shared/comparison.ts';

const kinds = ['initHash', 'initHashWithoutRouters', 'dataHash'] as const;

type Started = Pick<ComparedRun, 'start' | 'configuration'>;

export function equalStart(runs: readonly Started[]): EqualStart {
  const equal = agreement(runs);
  const seeds = Map.groupBy(runs, ({ configuration: { seeds } }) => `${seeds.init} ${seeds.data}`);
  const groups = [...seeds.values()].filter((group) => group.length > 1).map(agreement);
  const hashes = byKind((kind) => runs.map(({ start }) => start?.[kind] ?? null));
  if (seeds.size === 1 || groups.length === 0) return { equal, hashes };
  return { equal, ofOneSeed: byKind((kind) => groups.every((group) => group[kind])), hashes };
}

const agreement = (runs: readonly Started[]) =>
  byKind((kind) => runs.every(({ start }) => start !== null && start[kind] === runs[0]!.start?.[kind]));

function byKind<Value>(read: (kind: StartHash) => Value): Record<StartHash, Value> {
  return Object.fromEntries(kinds.map((kind) => [kind, read(kind)])) as Record<StartHash, Value>;
}
