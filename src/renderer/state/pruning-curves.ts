// Measured settings as curves over what they turn: experts dropped, or the share of experts taken away. Pure.
import type { XY } from '../../charts/index.ts';
import type { PruningCriterion, PruningSetting } from '../../shared/studies/pruning.ts';
import { criterionOf, isStatic, layerOf, type StaticSetting } from '../../shared/studies/pruning-methods.ts';
import { allSettings, type MeasuredGroup, type MeasuredSetting, riseOf } from './pruning-results.ts';

export const curveValues = ['loss', 'rise'] as const;
/** The loss itself, or what it rises by over the unpruned model's. */
export type CurveValue = (typeof curveValues)[number];

const readingOf = (measured: MeasuredSetting, value: CurveValue) =>
  value === 'rise' ? riseOf(measured) : measured.part.loss;

/** Of the settings of all layers that `place` has an x for, in ascending x. */
function curveOf(
  settings: readonly MeasuredSetting[],
  value: CurveValue,
  place: (setting: PruningSetting) => number | null,
): XY[] {
  return settings
    .flatMap((measured): XY[] => {
      const x = layerOf(measured.setting) === null ? place(measured.setting) : null;
      return x === null ? [] : [[x, readingOf(measured, value)]];
    })
    .sort((a, b) => a[0] - b[0]);
}

/** Loss against m (Figure 4); the unpruned model is m = 0. Empty where nothing was dropped. */
export function dropCurve(settings: readonly MeasuredSetting[], value: CurveValue, renormalise: boolean): XY[] {
  const dropped = curveOf(settings, value, (setting) =>
    setting.method === 'drop-top' && setting.renormalise === renormalise ? setting.experts : null,
  );
  if (dropped.length === 0 || dropped[0]![0] === 0 || renormalise) return dropped;
  return [...curveOf(settings, value, ({ method }) => (method === 'none' ? 0 : null)), ...dropped];
}

/** A way of taking whole experts away. */
export interface Removal {
  method: StaticSetting['method'];
  criterion: PruningCriterion;
}

export const criterionNames: Readonly<Record<PruningCriterion, string>> = {
  frequency: 'frequency',
  'gate-weighted-frequency': 'gate-weighted frequency',
  reap: 'REAP',
  'output-similarity': 'output similarity',
  'router-similarity': 'router similarity',
  random: 'random',
};

export const removalName = ({ method, criterion }: Removal) =>
  `${method === 'merge' ? 'merged' : 'removed'} by ${criterionNames[criterion]}`;

/** Each way that was measured, random ones left out: they are what the others are compared with. */
export function measuredRemovals(groups: readonly MeasuredGroup[], scope: StaticSetting['scope']): Removal[] {
  const found = new Map<string, Removal>();
  for (const { setting } of allSettings(groups)) {
    if (!isStatic(setting) || setting.scope !== scope || layerOf(setting) !== null) continue;
    const removal = { method: setting.method, criterion: criterionOf(setting) };
    found.set(removalName(removal), removal);
  }
  const named = [...found.values()].filter(({ criterion }) => criterion !== 'random');
  return named.length > 0 ? named : [...found.values()];
}

export interface StaticCurves {
  /** From the unpruned model on. */
  kept: XY[];
  /** With what the criterion would drop kept instead; empty where that was not measured. */
  reversed: XY[];
}

export function staticCurves(
  settings: readonly MeasuredSetting[],
  value: CurveValue,
  removal: Removal,
  scope: StaticSetting['scope'],
): StaticCurves {
  const along = (reversed: boolean) =>
    fromUnpruned(settings, value, (setting) => {
      const fits = isStatic(setting) && setting.scope === scope && setting.method === removal.method;
      if (!fits || criterionOf(setting) !== removal.criterion) return null;
      return ('reversed' in setting && setting.reversed) === reversed ? setting.ratio : null;
    });
  return { kept: along(false), reversed: along(true) };
}

/** A curve for each draw. */
export function randomCurves(
  settings: readonly MeasuredSetting[],
  value: CurveValue,
  scope: StaticSetting['scope'],
): XY[][] {
  const draws = settings.flatMap(({ setting }) =>
    setting.method === 'remove' && setting.criterion === 'random' ? [setting.draw] : [],
  );
  return [...new Set(draws)]
    .sort((a, b) => a - b)
    .map((draw) =>
      fromUnpruned(settings, value, (setting) =>
        setting.method === 'remove' &&
        setting.criterion === 'random' &&
        setting.scope === scope &&
        setting.draw === draw
          ? setting.ratio
          : null,
      ),
    )
    .filter((curve) => curve.length > 0);
}

function fromUnpruned(
  settings: readonly MeasuredSetting[],
  value: CurveValue,
  place: (setting: PruningSetting) => number | null,
): XY[] {
  const curve = curveOf(settings, value, place);
  return curve.length === 0
    ? []
    : [...curveOf(settings, value, ({ method }) => (method === 'none' ? 0 : null)), ...curve];
}
