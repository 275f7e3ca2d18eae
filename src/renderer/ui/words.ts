// Numbers and states in the words of every screen.
import { grouped, percent, significant, tokenRatioText } from '../../charts/index.ts';
import type { RunStatus } from '../../shared/api.ts';
import type { SpeedUp } from '../state/verdict.ts';

export const statusWords: Readonly<Record<RunStatus, string>> = {
  queued: 'waiting',
  running: 'running',
  pausing: 'pausing',
  paused: 'paused',
  completed: 'finished',
  failed: 'failed',
  stopped: 'stopped',
};

export const missing = '–';

/** '13.69 ± 0.04', or the number alone where there is no interval. */
export function interval({ mean, half }: { mean: number; half: number | null }, digits = 4): string {
  return half === null ? significant(mean, digits) : `${significant(mean, digits)} ± ${significant(half, 2)}`;
}

/** '13.65 to 13.73', of an interval, as fine as its half width. */
export function rangeText({ low, high }: { low: number; high: number }): string {
  return `${asFine(low, (high - low) / 2)} to ${asFine(high, (high - low) / 2)}`;
}

/** A number to as many decimals as its uncertainty has two digits of. */
export function asFine(value: number, uncertainty: number): string {
  const decimals = 1 - Math.floor(Math.log10(Math.abs(uncertainty)));
  if (!Number.isFinite(decimals) || decimals > 6) return significant(value, 3);
  return grouped(value, Math.max(0, decimals));
}

/** @param finished false of runs that may reach it yet */
export function speedUpText(speedUp: SpeedUp | null, finished = true): string {
  if (!speedUp) return missing;
  if (!speedUp.reached) {
    const missed = finished ? 'not reached' : 'not yet reached';
    return speedUp.missed === speedUp.pairs ? missed : `${missed} in ${speedUp.missed} of ${speedUp.pairs}`;
  }
  const half = speedUp.half === null || speedUp.half < 0.0005 ? '' : ` ± ${percent(speedUp.half)}`;
  const text = tokenRatioText(speedUp.ratio, half);
  return speedUp.half !== null && Math.abs(1 - speedUp.ratio) < speedUp.half ? `no clear difference: ${text}` : text;
}

export function count(many: number, one: string, more = `${one}s`): string {
  return `${grouped(many)} ${many === 1 ? one : more}`;
}

export function ordinal(position: number): string {
  const tail = position % 100 > 10 && position % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th');
  return `${position}${tail}`;
}

/** 3.2 PFLOP and the like; what a run costs in all. */
export function flops(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
  const power = value > 0 ? Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3))) : 0;
  return `${Number((value / 1000 ** power).toPrecision(3))} ${units[power]}FLOP`;
}

/** A time as people say it, in the page's own place. */
export function moment(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? missing
    : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
