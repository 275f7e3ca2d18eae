// What each compared run is called: its objective where that tells the runs apart, else its name, else its name and id.
import { plain } from '../text.ts';
import type { ComparedRun } from './compare.ts';

type Named = Pick<ComparedRun, 'id' | 'name' | 'objective'>;

export function runLabels(runs: readonly Named[]): string[] {
  const distinct = (texts: string[]) => new Set(texts).size === texts.length;
  const objectives = runs.map(({ objective }) => objective);
  if (distinct(objectives)) return objectives;
  const names = runs.map(({ name }) => plain(name, 60));
  return distinct(names) ? names : runs.map(({ id }, index) => `${names[index]} (${id})`);
}
