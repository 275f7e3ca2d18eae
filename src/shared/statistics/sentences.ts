// Paired differences in plain sentences. Nothing is better without an interval that excludes zero; "no difference" is said as
// plainly, with what could have been seen.
import { atStart, inSentence } from '../config/objectives.ts';
import { intervalNames } from './interval.ts';
import type { PairedDifference } from './paired-difference.ts';

export interface PairedWords {
  label: string;
  against: string;
  unit: string;
  better: 'lower' | 'higher' | 'neither';
  finished: boolean;
  holm: number | null;
  /** Some seed makes a pair, whether both of it have been measured or not. */
  paired: boolean;
  /** Comparisons that Holm's correction is for. */
  made: number;
}

/** Above this an adjusted p-value leaves a difference open. */
const significance = 0.05;

export function pairedSentence(difference: PairedDifference | null, words: PairedWords): string {
  const { label, unit, finished, holm, made } = words;
  const against = inSentence(words.against);
  const pair = `${atStart(label)} against ${against}`;
  if (!difference && words.paired) return `${pair}: no seed has been measured for both yet.`;
  if (!difference) return `${pair}: no seed makes a pair, so nothing can be said of chance.`;
  const { count, mean, interval, sign } = difference;
  const part = finished ? '' : ', so far';
  const withUnit = (text: string) => (unit ? `${text} ${unit}` : text);
  if (!interval) {
    const amount = withUnit(like(Math.abs(mean), 0));
    const what = mean === 0 ? 'no difference' : `${amount} ${mean < 0 ? 'lower' : 'higher'}`;
    return `${pair}, one seed only${part}: ${what}, nothing can be said of chance.`;
  }
  // Pairs that all differ by the same leave but the rounding of their sum.
  const width = interval.high - interval.low;
  const half = width > Math.abs(mean) * 1e-9 ? width / 2 : 0;
  const percent = `${Number((interval.level * 100).toPrecision(3))}%`;
  const method = `${percent} ${intervalNames[interval.method]}`;
  if (sign === 'unclear') {
    const range = `${like(interval.low, half)} to ${like(interval.high, half)}`;
    const detail = `difference ${withUnit(like(mean, half))}, ${method} ${range}`;
    return `${pair}${part}: no difference that ${count} seeds can show (${detail}).`;
  }
  const amount = withUnit(`${like(Math.abs(mean), half)} ± ${like(half, half)}`);
  const open = made > 1 && holm !== null && holm > significance;
  const doubt = open
    ? `; after Holm’s correction for ${made} comparisons it may be chance (p = ${like(holm, holm)})`
    : '';
  return `${atStart(label)} is ${comparative(words.better, sign)} than ${against}${part} by ${amount} over ${count} paired seeds (${method})${doubt}.`;
}

/** How many comparisons were made, and how many stand after the correction for so many. */
export function correctionSentence(
  comparisons: readonly { holm: number | null; difference: PairedDifference | null }[],
) {
  const made = comparisons.filter(({ holm }) => holm !== null).length;
  const seen = comparisons.filter(({ difference }) => difference && difference.sign !== 'unclear').length;
  const stand = comparisons.filter(({ holm }) => holm !== null && holm <= significance).length;
  if (seen === 0) return `${made} comparisons were made, and none finds a difference.`;
  const found = seen === 1 ? '1 finds a difference' : `${seen} find a difference`;
  const left = stand === 0 ? 'none does' : stand === 1 ? '1 does' : `${stand} do`;
  return `${made} comparisons were made: ${found}, and after Holm’s correction for so many ${left}.`;
}

function comparative(better: PairedWords['better'], sign: 'lower' | 'higher'): string {
  if (better === 'neither') return sign;
  return better === sign ? 'better' : 'worse';
}

/** To two significant digits of the uncertainty; of the value itself where there is none. */
function like(value: number, uncertainty: number): string {
  const scale = Math.abs(uncertainty || value);
  const decimals =
    scale > 0 && Number.isFinite(scale) ? Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(scale)))) : 0;
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
