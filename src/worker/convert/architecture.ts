// Which architecture of transformers computes exactly what a model of this lab computes, and with which configuration. All are
// pre-norm with RMSNorm, rotary attention and SwiGLU; they differ in what they do to queries and to the router's weights.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';

export type ArchitectureName =
  | 'MixtralForCausalLM'
  | 'OlmoeForCausalLM'
  | 'Qwen2MoeForCausalLM'
  | 'Ernie4_5_MoeForCausalLM'
  | 'LlamaForCausalLM';

export interface Architecture {
  name: ArchitectureName;
  modelType: string;
  /** Why this one; one sentence a piece. */
  reasons: string[];
  /** Fields of config.json that only it has. */
  fields: Record<string, unknown>;
  /** Tensors that it has and our model does not: zeros of these shapes, by name, for each layer. */
  zeros: readonly { name: string; shape: readonly number[] }[];
}

/**
 * @param hasBias whether a loss-free bias that is not zero moves the choice of experts
 * @throws LabError 'checkpoint' with the reason when none computes the same
 */
export function chooseArchitecture(model: ModelConfiguration, hasBias: boolean): Architecture {
  const { kind, queryKeyNorm, renormalise, experts: E, active: K, expertWidth: F, width: D, layers } = model;
  const mixture = { num_experts_per_tok: K, output_router_logits: false };
  if (hasBias) {
    if (queryKeyNorm || !renormalise) throw biasRefusal(model);
    return {
      name: 'Ernie4_5_MoeForCausalLM',
      modelType: 'ernie4_5_moe',
      reasons: [
        'A bias moves the choice of experts but not their weights, which are renormalised: ERNIE 4.5 does the same, after a softmax.',
        'ERNIE rotates neighbouring entries where this lab rotates halves, so the rows of its queries and keys are reordered.',
      ],
      fields: {
        moe_k: K,
        moe_num_experts: E,
        moe_num_shared_experts: 0,
        moe_intermediate_size: F,
        moe_layer_start_index: 0,
        moe_layer_end_index: layers - 1,
        moe_layer_interval: 1,
        moe_norm_min: 1e-12,
        output_router_logits: false,
        use_bias: false,
      },
      zeros: [],
    };
  }
  if (kind === 'dense' && !queryKeyNorm) {
    return {
      name: 'LlamaForCausalLM',
      modelType: 'llama',
      reasons: ['A dense model without query and key norms is a Llama.'],
      fields: { attention_bias: false, mlp_bias: false, num_key_value_heads: model.heads },
      zeros: [],
    };
  }
  if (queryKeyNorm) {
    const dense = kind === 'dense';
    return {
      name: 'OlmoeForCausalLM',
      modelType: 'olmoe',
      reasons: [
        'Queries and keys are normed over their whole width: OLMoE does the same.',
        ...(dense ? ['It is dense: one expert behind a router of zeros, whose only probability is 1.'] : []),
      ],
      fields: { ...mixture, num_experts: E, norm_topk_prob: renormalise, clip_qkv: null, attention_bias: false },
      zeros: dense ? [{ name: 'mlp.gate.weight', shape: [1, D] }] : [],
    };
  }
  if (renormalise) {
    return {
      name: 'MixtralForCausalLM',
      modelType: 'mixtral',
      reasons: [
        'The chosen probabilities are renormalised and there are no query and key norms: Mixtral does the same.',
      ],
      fields: { ...mixture, num_local_experts: E, sliding_window: null },
      zeros: [],
    };
  }
  return {
    name: 'Qwen2MoeForCausalLM',
    modelType: 'qwen2_moe',
    reasons: [
      'The chosen probabilities are not renormalised and there are no query and key norms: Qwen2-MoE does the same.',
      'Its shared expert, which this model does not have, is of width 1 and zero.',
    ],
    fields: {
      ...mixture,
      num_experts: E,
      moe_intermediate_size: F,
      shared_expert_intermediate_size: 1,
      norm_topk_prob: false,
      decoder_sparse_step: 1,
      mlp_only_layers: [],
      qkv_bias: false,
      use_sliding_window: false,
      sliding_window: null,
    },
    zeros: [
      { name: 'mlp.shared_expert.gate_proj.weight', shape: [1, D] },
      { name: 'mlp.shared_expert.up_proj.weight', shape: [1, D] },
      { name: 'mlp.shared_expert.down_proj.weight', shape: [D, 1] },
      { name: 'mlp.shared_expert_gate.weight', shape: [1, D] },
    ],
  };
}

function biasRefusal({ queryKeyNorm }: ModelConfiguration): LabError {
  const [field, value, other] = queryKeyNorm
    ? ['model.queryKeyNorm', 'true', 'norms queries and keys as well']
    : ['model.renormalise', 'false', 'leaves the chosen probabilities as they are'];
  return new LabError(
    'checkpoint',
    `This checkpoint cannot be exported: its loss-free bias is not zero and ${field} is ${value}, and no architecture of transformers has such a bias after a softmax and ${other} (DeepSeek-V3's is for sigmoid scores, ERNIE's renormalises).`,
    {
      field,
      value,
      remedy: 'Export a checkpoint without a bias, or one of a model that renormalises without query and key norms.',
    },
  );
}
