// How the parameters of this lab are called in transformers, and what becomes of their numbers on the way: one table for
// exports and imports. Ours are [in, out]; a linear layer there is [out, in].
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import type { ArchitectureName } from './architecture.ts';

/** 'turn-rotary' also reorders each head's outputs between rotating halves (ours) and rotating neighbours (ERNIE). */
export type Step = 'same' | 'turn' | 'turn-rotary';

export interface TensorName {
  /** Ours, of parameterSpecifications, with its shape. */
  ours: string;
  shape: readonly number[];
  theirs: string;
  step: Step;
}

interface ExpertNames {
  router: string;
  prefix: string;
  gate: string;
  up: string;
  down: string;
}

const projections = { router: 'mlp.gate', prefix: 'mlp.experts.', gate: 'gate_proj', up: 'up_proj', down: 'down_proj' };

const expertNames: Record<ArchitectureName, ExpertNames> = {
  MixtralForCausalLM: {
    router: 'block_sparse_moe.gate',
    prefix: 'block_sparse_moe.experts.',
    gate: 'w1',
    up: 'w3',
    down: 'w2',
  },
  OlmoeForCausalLM: projections,
  Qwen2MoeForCausalLM: projections,
  Ernie4_5_MoeForCausalLM: projections,
  LlamaForCausalLM: projections,
};

const plain: Record<string, string> = {
  'attention.norm': 'input_layernorm',
  'attention.queryNorm': 'self_attn.q_norm',
  'attention.keyNorm': 'self_attn.k_norm',
  'experts.norm': 'post_attention_layernorm',
};
const turned: Record<string, string> = {
  'attention.query': 'self_attn.q_proj',
  'attention.key': 'self_attn.k_proj',
  'attention.value': 'self_attn.v_proj',
  'attention.output': 'self_attn.o_proj',
};
const outside: Record<string, string> = {
  embedding: 'model.embed_tokens.weight',
  norm: 'model.norm.weight',
  head: 'lm_head.weight',
};

/** Every parameter of the model, in canonical order. */
export function tensorNames(model: ModelConfiguration, architecture: ArchitectureName): TensorName[] {
  return parameterSpecifications(model).map(({ name, shape }) => ({
    ours: name,
    shape,
    ...theirName(name, architecture),
  }));
}

function theirName(name: string, architecture: ArchitectureName): Pick<TensorName, 'theirs' | 'step'> {
  const known = outside[name];
  if (known) return { theirs: known, step: 'same' };
  const [, layer, rest] = /^layers\.(\d+)\.(.+)$/.exec(name)!;
  const named = (inner: string) => `model.layers.${layer}.${inner}.weight`;
  if (plain[rest!]) return { theirs: named(plain[rest!]!), step: 'same' };
  if (turned[rest!]) {
    const rotary = architecture === 'Ernie4_5_MoeForCausalLM' && /query|key/.test(rest!);
    return { theirs: named(turned[rest!]!), step: rotary ? 'turn-rotary' : 'turn' };
  }
  const names = expertNames[architecture];
  if (rest === 'router') return { theirs: named(names.router), step: 'turn' };
  const [, member, part] = /^experts\.(\d+)\.(gate|up|down)$/.exec(rest!)!;
  const matrix = names[part as 'gate' | 'up' | 'down'];
  const inner = architecture === 'LlamaForCausalLM' ? `mlp.${matrix}` : `${names.prefix}${member}.${matrix}`;
  return { theirs: named(inner), step: 'turn' };
}

/** ERNIE's correction bias of a layer, [1, E]. */
export const biasName = (layer: number): string => `model.layers.${layer}.mlp.moe_statics.e_score_correction_bias`;

/**
 * The row of ours that becomes row `row` of theirs within a head of width d: neighbours (2j, 2j + 1) there are the pair
 * (j, j + d/2) here.
 */
export const rotaryRow = (row: number, d: number): number => (row % 2 === 0 ? row / 2 : (row - 1) / 2 + d / 2);
