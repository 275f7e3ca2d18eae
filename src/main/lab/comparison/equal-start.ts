// Whether runs started equal, by the hashes that their workers took of initial parameters and data order.
import type { EqualStart, StartHash } from '../../../shared/comparison.ts';
import type { RunStart } from '../../../shared/worker-messages.ts';

export type { EqualStart, StartHash } from '../../../shared/comparison.ts';

const kinds = ['initHash', 'initHashWithoutRouters', 'dataHash'] as const;

export function equalStart(starts: readonly (RunStart | null)[]): EqualStart {
  const hashes = byKind((kind) => starts.map((start) => start?.[kind] ?? null));
  const equal = byKind((kind) => hashes[kind].every((hash) => hash !== null && hash === hashes[kind][0]));
  return { equal, hashes };
}

function byKind<Value>(read: (kind: StartHash) => Value): Record<StartHash, Value> {
  return Object.fromEntries(kinds.map((kind) => [kind, read(kind)])) as Record<StartHash, Value>;
}
