// How runs are drawn side by side. Kept by the browser, so that the next comparison looks like the last one did.
import { type XAxis, xAxes } from './curve.ts';
import { type Grouping, groupings } from './groups.ts';

/** Shares of all steps after which a point counts half. */
export const smoothings = [0, 0.002, 0.005, 0.01, 0.02, 0.05] as const;

export interface ComparisonLook {
  xAxis: XAxis;
  grouping: Grouping;
  smoothing: (typeof smoothings)[number];
  logarithmic: boolean;
  /** Single runs behind the mean of their seeds. */
  traces: boolean;
}

export const usualLook: ComparisonLook = {
  xAxis: 'tokens',
  grouping: 'seeds',
  smoothing: 0,
  logarithmic: true,
  traces: true,
};

/** Of a stored text: what means nothing (another version wrote it, or nobody) is as usual. */
export function lookOf(stored: string | null): ComparisonLook {
  const kept = objectOf(stored);
  const oneOf = <Value>(value: unknown, all: readonly Value[], usual: Value): Value =>
    all.find((other) => other === value) ?? usual;
  return {
    xAxis: oneOf(kept.xAxis, xAxes, usualLook.xAxis),
    grouping: oneOf(kept.grouping, groupings, usualLook.grouping),
    smoothing: oneOf(kept.smoothing, smoothings, usualLook.smoothing),
    logarithmic: oneOf(kept.logarithmic, [true, false], usualLook.logarithmic),
    traces: oneOf(kept.traces, [true, false], usualLook.traces),
  };
}

function objectOf(stored: string | null): Partial<Record<keyof ComparisonLook, unknown>> {
  try {
    return Object(JSON.parse(stored ?? '{}'));
  } catch {
    return {};
  }
}
