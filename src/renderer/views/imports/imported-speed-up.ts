// Speed-up to equal loss of our runs against a curve that another program recorded. Only its tokens are compared: what a second
// was there nobody knows. Pure.
import type { CurvePoints } from '../../../shared/imports.ts';
import { type LossPoint, speedUpToEqualLoss } from '../../../shared/speed-up/index.ts';
import { mean } from '../../../shared/statistics/index.ts';

export interface ImportedSpeedUp {
  /** The imported curve's final loss. */
  loss: number;
  /** Tokens that a run needs for it over those of the imported curve, mean over the runs that reach it; null where none does. */
  tokenRatio: number | null;
  reached: number;
  runs: number;
}

/**
 * @param scale tokens of one unit of x
 * @returns null where the curve or all of the runs have nothing to compare
 */
export function speedUpAgainst(
  { x, values }: CurvePoints,
  scale: number,
  runs: readonly (readonly LossPoint[])[],
): ImportedSpeedUp | null {
  const slower = Array.from(x, (at, index) => ({ tokens: at * scale, seconds: Number.NaN, loss: values[index]! }));
  const measured = runs.filter((points) => points.length > 0);
  const answers = measured.flatMap((faster) => speedUpToEqualLoss(slower, faster) ?? []);
  const [first] = answers;
  if (!first) return null;
  const ratios = answers.flatMap((answer) => (answer.reached ? [answer.tokenRatio] : []));
  const tokenRatio = ratios.length > 0 ? mean(ratios) : null;
  return { loss: first.loss, tokenRatio, reached: ratios.length, runs: answers.length };
}
