// A pruned model as a checkpoint of an ordinary model with fewer experts: evaluated, trained further and exported like any other.
import { join } from 'node:path';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { biasName, biasOfLayer } from '../train/training-state.ts';
import type { Plan } from './plan.ts';
import { prunedRow, prunedState } from './pruned-weights.ts';
import type { UnprunedModel } from './unpruned-model.ts';

/** A configuration has one number of experts for all layers. Null where the plan has one too, else why it cannot be written. */
export function whyNotExported(plan: Plan): string | null {
  const counts = plan.map((layer) => layer.length);
  if (new Set(counts).size === 1) return null;
  return `Its layers have ${Math.min(...counts)} to ${Math.max(...counts)} experts, and a configuration has one number for all layers; take as many of every layer, and it can be exported.`;
}

/**
 * Writes step, tokens, weights and moments of the experts that stay; counts, hashes of the start and the corpus are of the run that
 * was pruned. @returns the checkpoint's folder, in a folder of the setting's name under `parent`
 * @throws LabError 'checkpoint' where it cannot be written
 */
export async function exportPruned(unpruned: UnprunedModel, plan: Plan, key: string, parent: string): Promise<string> {
  const { configuration, checkpoint, bias } = unpruned;
  const { model } = configuration;
  const { step, tokens, seconds, corpusHash, initHash, initHashWithoutRouters } = checkpoint.state;
  const pruned = prunedConfiguration(configuration, plan, key);
  const { experts } = pruned.model;
  const record = await writeCheckpoint(join(parent, key.replaceAll(' ', '-')), {
    step,
    tokens,
    seconds,
    corpusHash,
    initHash,
    initHashWithoutRouters,
    configuration: pruned,
    buffers: plan.slice(0, bias ? model.layers : 0).map((kept, layer) => ({
      name: biasName(layer),
      shape: [experts],
      data: prunedRow(biasOfLayer(bias!, model.experts, layer), kept),
    })),
    download: prunedState(model, plan, checkpoint.read),
  });
  return record.folder;
}

const longestName = 10_000;

/** The run's own, with the experts that are left; with one there is no pair to measure similarity of. */
export function prunedConfiguration(configuration: RunConfiguration, plan: Plan, key: string): RunConfiguration {
  const { model, evaluation, name } = configuration;
  const experts = plan[0]!.length;
  return {
    ...configuration,
    name: `${name.slice(0, longestName - key.length - 2)}, ${key}`,
    model: { ...model, experts, active: Math.min(model.active, experts) },
    evaluation: { ...evaluation, similarityTokens: experts > 1 ? evaluation.similarityTokens : 0 },
  };
}
