// What a setting that takes whole experts away makes of a model.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { criterionOf, layerOf, type StaticSetting } from '../../shared/studies/pruning-methods.ts';
import { removedExperts } from '../../shared/studies/pruning-rules.ts';
import type { Calibration } from './calibration.ts';
import { criterionScores, randomScores, similarities } from './criteria.ts';
import { mergePlan, type Plan, removalPlan, stayingExperts } from './plan.ts';

/** @param calibration of the model; not null where the setting is calibrated */
export function planOf(
  setting: StaticSetting,
  model: ModelConfiguration,
  calibration: Calibration | null,
  seed: number,
): { plan: Plan; scores: Float64Array } {
  const { layers, experts } = model;
  const criterion = criterionOf(setting);
  const scores =
    criterion === 'random'
      ? randomScores(model, seed, 'draw' in setting ? setting.draw : 0)
      : criterionScores(criterion, calibration!);
  const { ratio, scope } = setting;
  const removed = removedExperts(model, ratio, scope);
  const reversed = setting.method === 'remove' && setting.reversed;
  const layer = layerOf(setting);
  const kept = stayingExperts(scores, { layers, experts, removed, scope, reversed, layer });
  if (setting.method === 'remove') return { plan: removalPlan(kept), scores };
  const cosines = (layer: number) => similarities(setting.similarity, calibration!, layer);
  return { plan: mergePlan(kept, cosines, calibration!.counts), scores };
}
