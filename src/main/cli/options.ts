// Option values out of what was typed.
import { InvalidArgumentError } from 'commander';
import type { RunConfigurationInput } from '../../shared/config/index.ts';

/** A parser of positive whole numbers for an option. */
export const wholeNumber =
  (name: string, least = 1) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(
      `${name} must be a whole number from ${least} to ${Number.MAX_SAFE_INTEGER}, like 300.`,
    );
  };

/** Adds each value of a repeated option to those before. */
export const collect =
  <Value>(parse: (text: string) => Value) =>
  (text: string, earlier: Value[] | undefined): Value[] => [...(earlier ?? []), parse(text)];

/** A schedule of another length: its warm-up stays within a tenth of it. */
export function shortened(
  { steps, warmupSteps }: RunConfigurationInput['training'],
  wanted: number | undefined,
): { steps: number; warmupSteps: number } {
  if (wanted === undefined) return { steps, warmupSteps };
  return { steps: wanted, warmupSteps: Math.min(warmupSteps, Math.ceil(wanted / 10)) };
}

export const timeText = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
