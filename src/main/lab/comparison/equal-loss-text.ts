// Speed-up to equal loss in words. "Not reached" is an answer as good as any.
import { tokenRatioText } from '../../../charts/index.ts';
import type { EqualLoss } from '../../../shared/speed-up/index.ts';
import type { ComparedRun } from './compare.ts';

export function equalLossText(equalLoss: EqualLoss | null): string {
  if (!equalLoss) return 'not measured';
  if (!equalLoss.reached) return 'not reached';
  return tokenRatioText(equalLoss.tokenRatio);
}

export function equalLossAgainst(run: ComparedRun, baseline: string): EqualLoss | null {
  return run.speedUps.find((other) => other.baseline === baseline)?.equalLoss ?? null;
}

/** The runs that others are measured against: balanced by LBL, and not at all; else the first. */
export function baselines(runs: readonly ComparedRun[]): ComparedRun[] {
  const lbl = runs.find(({ objectiveKey }) => objectiveKey.startsWith('lbl-'));
  const none = runs.find(({ objectiveKey }) => objectiveKey === 'none');
  const found = [lbl, none].filter((run) => run !== undefined);
  return found.length > 0 ? found : runs.slice(0, 1);
}
