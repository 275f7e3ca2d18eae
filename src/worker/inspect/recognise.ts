// Which family a model is of, and why: config.json's model_type where there is one, and the names of the tensors in any case.
import type { Part, Recognition } from '../../shared/inspection.ts';
import { quote } from '../checkpoint/refusal.ts';
import type { Family } from './families/family.ts';
import { families } from './families/index.ts';
import { sharedNaming } from './families/shared-naming.ts';
import type { ModelConfig } from './model-config.ts';
import { type MoeLayout, matrixShape, moeLayout } from './moe-layers.ts';
import type { Source } from './open-source.ts';
import { partOf } from './parts.ts';
import type { Weights } from './weights.ts';

export interface Recognised {
  family: Family | null;
  layout: MoeLayout;
  /** Part of each tensor. */
  partOf(name: string): Part;
  recognition: Recognition;
}

const nothing: MoeLayout = {
  layers: [],
  routerTensors: new Set(),
  expertTensors: new Map(),
  sharedTensors: new Set(),
  doubts: [],
};

export function recognise(
  source: Source,
  weights: Weights,
  config: ModelConfig | null,
  doubt: string | null,
): Recognised {
  const modelType = config?.text('model_type') ?? null;
  const evidence: string[] = [];
  const doubts = doubt ? [doubt] : [];
  const named = families.find(({ modelTypes }) => modelType !== null && modelTypes.includes(modelType));
  const width = config?.count('hidden_size') ?? embeddingWidth(weights);
  const fitting = families.filter((family) => fits(family, weights, width));
  const [only, ...others] = fitting.length === 0 && fits(sharedNaming, weights, width) ? [sharedNaming] : fitting;
  const family = named ?? (others.length === 0 ? (only ?? null) : null);
  if (named) evidence.push(`config.json says model_type ${quote(modelType!)}.`);
  if (family && (family === only || fitting.includes(family)))
    evidence.push(...family.signs.map(({ says }) => `By their names, ${says}.`));
  if (named && !fitting.includes(named)) {
    const other =
      fitting.length > 0 ? `; by their names they are those of ${fitting.map(({ label }) => label).join(' or ')}` : '';
    doubts.push(`The tensors are not named as ${named.label} names them${other}.`);
  }
  if (!named && modelType !== null) {
    const like =
      only && only === family && only !== sharedNaming ? `; its tensors are named as those of ${only.label}` : '';
    doubts.push(`The model_type ${quote(modelType)} is of no family known here${like}.`);
  }
  if (!family && fitting.length > 1)
    doubts.push(`The names fit ${fitting.map(({ label }) => label).join(' and ')} alike.`);
  const shard = /-(\d{5})-of-(\d{5})\.safetensors$/.exec(source.path);
  if (shard)
    doubts.push(`This file is shard ${Number(shard[1])} of ${Number(shard[2])}; the others are not looked at.`);

  const layout = family ? moeLayout(weights, family) : nothing;
  if (family && layout.layers.length === 0)
    doubts.push('No layer has a router with experts: nothing here is a mixture.');
  doubts.push(...layout.doubts.slice(0, 100), ...beyondTheLast(layout, config), ...disagreement(layout, config));
  const part = (name: string) => partOf(name, layout);
  const unknown = [...weights.tensors.keys()].filter((name) => part(name) === 'other');
  return {
    family,
    layout,
    partOf: part,
    recognition: {
      family: family?.name ?? null,
      label: family?.label ?? 'not recognised',
      evidence,
      doubts,
      unknown: unknown.slice(0, 100),
      unknownCount: unknown.length,
      layers: layout.layers.map(({ layer, experts, matrices, stored }) => {
        const gate = matrices.find((found) => found !== null)?.gate;
        const shared = [...layout.sharedTensors].some((name) => name.includes(`layers.${layer}.`));
        return { layer, experts, width: gate ? matrixShape(gate)[0] : null, shared, stored };
      }),
      active: config?.active ?? null,
      quantisation: quantisation(weights),
    },
  };
}

function fits({ signs, absent = [] }: Family, weights: Weights, width: number | null): boolean {
  const names = [...weights.tensors.values()];
  const present = signs.every(({ pattern, shape }) =>
    names.some((tensor) => pattern.test(tensor.name) && (!shape || (width !== null && shape(tensor.shape, width)))),
  );
  return present && !absent.some((pattern) => names.some(({ name }) => pattern.test(name)));
}

const embeddingWidth = (weights: Weights): number | null =>
  [...weights.tensors.values()].find(({ name }) => /embed/.test(name))?.shape[1] ?? null;

function quantisation(weights: Weights): string | null {
  const kinds = new Set([...weights.tensors.values()].map(({ stored }) => stored));
  if (kinds.has('mxfp4')) return 'MXFP4: 32 numbers of 4 bits share a scale of 8 bits.';
  if (kinds.has('block-scaled')) return 'Blocks of 8-bit floats, each with a scale of its own (weight_scale_inv).';
  return null;
}

function beyondTheLast({ layers }: MoeLayout, config: ModelConfig | null): string[] {
  const count = config?.count('num_hidden_layers') ?? null;
  const beyond = layers.filter(({ layer }) => count !== null && layer >= count);
  return beyond.map(
    ({ layer }) =>
      `Layer ${layer} lies beyond the ${count} of config.json: it predicts further tokens, and is no part of an ordinary pass.`,
  );
}

function disagreement({ layers }: MoeLayout, config: ModelConfig | null): string[] {
  const claimed = config?.experts ?? null;
  const other = layers.find(({ experts }) => claimed !== null && experts !== claimed);
  return other
    ? [`config.json speaks of ${claimed} experts; the router of layer ${other.layer} has ${other.experts}.`]
    : [];
}
