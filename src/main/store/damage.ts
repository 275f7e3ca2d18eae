// Texts and bytes of single rows that cannot be what the lab wrote. SQLite finds damaged pages; it does not know what a text means.
// One row that is damaged says so, and takes no other one with it.
import type { z } from 'zod';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { configurationSchema, type RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import type { ReadOnlyStore } from './index.ts';
import { fromText } from './plain-text.ts';
import type { RunRow } from './rows.ts';
import { isTemporary } from './sqlite-errors.ts';

/** Whether a failure is about what lies in the file, and not about a lock or a full disk. */
export const isDamage = (thrown: unknown): thrown is LabError =>
  thrown instanceof LabError && thrown.code === 'store' && !isTemporary(thrown);

/** What is left where something is damaged, and a sentence about it; null where it is whole. */
export interface Read<Value> {
  value: Value;
  damage: string | null;
}

/** A stored text, or what stands for it. `what` goes into 'The stored … is damaged'. */
export function readText<Value>(
  text: string,
  { what, instead, holds }: { what: string; instead: Value; holds(value: unknown): boolean },
): Read<Value> {
  try {
    const value = fromText<Value>(text);
    if (holds(value)) return { value, damage: null };
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
  }
  return { value: instead, damage: `The stored ${what} is damaged: ${JSON.stringify(text.slice(0, 40))}.` };
}

export const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** What a list shows of a run whose configuration is damaged: it trains nothing, and no check of configurations lets it pass. */
const noConfiguration: RunConfiguration = (() => {
  const any = configurationFromPreset('nano', { corpus: 'unknown', name: 'unknown', objective: [] });
  return { ...any, preset: null, training: { ...any.training, steps: 0 } };
})();

/** Texts that were found to be configurations: the same ones are read again and again. */
const known = new Set<string>();
const mostKnown = 10_000;

export const readConfiguration = (text: string): Read<RunConfiguration> =>
  readText(text, {
    what: 'configuration of this run',
    instead: noConfiguration,
    holds(value) {
      if (known.has(text)) return true;
      if (!configurationSchema.safeParse(value).success) return false;
      if (known.size >= mostKnown) known.clear();
      known.add(text);
      return true;
    },
  });

/** A stored text that nothing can stand for. @throws LabError 'store' */
export function soundText<Value>(text: string, schema: z.ZodType, what: string): Value {
  const { value, damage } = readText<Value | null>(text, {
    what,
    instead: null,
    holds: (found) => schema.safeParse(found).success,
  });
  if (damage === null) return value as Value;
  throw new LabError('store', damage, { value: text.slice(0, 80), remedy: 'Restore the database from a backup.' });
}

/** @throws LabError 'store' for a run whose row is damaged: what a list shows of it is no configuration */
export function soundRun(store: Pick<ReadOnlyStore, 'runs'>, id: string): RunRow {
  const run = store.runs.get(id);
  if (run.damage === undefined) return run;
  throw new LabError('store', run.damage, { field: id, remedy: 'Restore the database from a backup.' });
}
