// The x-axes of a comparison, and the training metrics by name.
import type { AxisOptions } from '../../../charts/axis.ts';
import { abbreviated, significant } from '../../../charts/index.ts';
import type { XAxis } from '../../state/curve.ts';
import { flops } from '../../ui/words.ts';

export const xAxisNames: Readonly<Record<XAxis, string>> = {
  tokens: 'tokens',
  step: 'step',
  seconds: 'training time',
  flops: 'training FLOPs',
};

export function xAxisOptions(axis: XAxis): AxisOptions {
  const format = axis === 'seconds' ? clock : axis === 'flops' ? flops : abbreviated;
  return { label: xAxisNames[axis], format, zero: true, exact: true };
}

/** 0, 40 s, 12 min, 1.5 h: short, for ticks. */
export function clock(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds < 120) return `${Number(seconds.toPrecision(3))} s`;
  if (seconds < 7200) return `${Number((seconds / 60).toPrecision(3))} min`;
  return `${Number((seconds / 3600).toPrecision(3))} h`;
}

export interface MetricWords {
  name: string;
  unit: string;
  log: boolean;
  /** It is never negative, nor is the interval of a mean. */
  positive?: boolean;
  /** Key of its measure card, where it has one. */
  measure?: string;
}

const known: Readonly<Record<string, MetricWords>> = {
  crossEntropy: { name: 'Training loss', unit: 'cross-entropy (nats a token)', log: true, measure: 'training-loss' },
  loss: { name: 'Total loss', unit: 'loss with all terms', log: true },
  zLoss: { name: 'Output z-loss', unit: 'z-loss, coefficient applied', log: true },
  gradientNorm: { name: 'Gradient norm', unit: 'norm before clipping', log: true },
  learningRate: { name: 'Learning rate', unit: 'learning rate', log: false, positive: true },
  maxLoad: {
    name: 'Largest load on a batch',
    unit: 'largest load / mean load, worst layer',
    log: false,
    positive: true,
    measure: 'max-violation-batch',
  },
  tokensPerSecond: {
    name: 'Speed',
    unit: 'training tokens a second',
    log: false,
    positive: true,
    measure: 'tokens-per-second',
  },
};

export function metricWords(metric: string): MetricWords {
  const term = metric.startsWith('terms.') ? metric.slice(6) : null;
  if (term) return { name: `Term ${term}`, unit: 'loss term, coefficient applied', log: true };
  return known[metric] ?? { name: metric, unit: metric, log: false };
}

export const loss = (value: number) => significant(value, 5);
