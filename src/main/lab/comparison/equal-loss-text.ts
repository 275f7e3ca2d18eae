// Speed-up to equal loss in words. "Not reached" is an answer as good as any.
import { percent } from '../../../charts/index.ts';
import type { EqualLoss } from '../../../shared/speed-up.ts';
import type { ComparedRun } from './compare.ts';

export function equalLossText(equalLoss: EqualLoss | null): string {
  if (!equalLoss) return 'not measured';
  if (!equalLoss.reached) return 'not reached';
  const difference = 1 - equalLoss.tokenRatio;
  if (Math.abs(difference) < 0.0005) return 'as many tokens';
  return `${percent(Math.abs(difference))} ${difference > 0 ? 'fewer' : 'more'} tokens`;
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
