// The model configuration that a config.json of transformers amounts to, where this lab computes the same; a refusal naming
// the field where it does not.
import { valueText } from '../../shared/config/problems.ts';
import { type ModelConfiguration, modelSchema } from '../../shared/config/schema.ts';
import type { LabError } from '../../shared/errors.ts';
import { refusal } from '../checkpoint/refusal.ts';
import type { ModelConfig } from '../inspect/model-config.ts';
import type { MoeLayout } from '../inspect/moe-layers.ts';
import type { OpenedModel } from '../inspect/open-model.ts';
import type { ArchitectureName } from './architecture.ts';

export interface Imported {
  architecture: ArchitectureName;
  model: ModelConfiguration;
  /** Heads of keys and values; each serves heads / keyHeads heads of queries. */
  keyHeads: number;
  notes: string[];
}

const architectures: Record<string, ArchitectureName> = {
  mixtral: 'MixtralForCausalLM',
  olmoe: 'OlmoeForCausalLM',
  qwen2_moe: 'Qwen2MoeForCausalLM',
  ernie4_5_moe: 'Ernie4_5_MoeForCausalLM',
  llama: 'LlamaForCausalLM',
};

/** A context that fits into the memory of a lab; rotary positions do not depend on it. */
const defaultContext = 1024;

/** @throws LabError 'checkpoint' naming the field of config.json that does not map */
export function importedModel({ source, config, weights, layout }: OpenedModel, context?: number): Imported {
  const path = source.path;
  if (!config) throw refusal(path, 'has no config.json that can be read; an import needs one beside the weights');
  const modelType = config.text('model_type') ?? '';
  const architecture = Object.hasOwn(architectures, modelType) ? architectures[modelType] : undefined;
  if (!architecture) {
    const known = Object.keys(architectures).join(', ');
    throw no(path, 'model_type', modelType, `one of ${known}`);
  }
  requireSame(path, config, architecture);
  const needed = (name: string, ...others: string[]): number => {
    const value = config.number(name, ...others);
    if (value === null) throw refusal(path, `config.json lacks ${name}, which an import needs`, { value: name });
    return value;
  };
  const heads = needed('num_attention_heads');
  const keyHeads = config.number('num_key_value_heads') ?? heads;
  const width = needed('hidden_size');
  const headWidth = config.number('head_dim') ?? width / heads;
  if (headWidth * heads !== width)
    throw no(path, 'head_dim', headWidth, `hidden_size / num_attention_heads, ${width / heads}`);
  if (!(Number.isInteger(keyHeads) && keyHeads >= 1 && heads % keyHeads === 0)) {
    throw no(path, 'num_key_value_heads', keyHeads, `a divisor of num_attention_heads, ${heads}`);
  }
  const longest = needed('max_position_embeddings');
  const dense = architecture === 'LlamaForCausalLM';
  const parsed = modelSchema.safeParse({
    kind: dense ? 'dense' : 'moe',
    vocabulary: weights.find('model.embed_tokens.weight').shape[0],
    width,
    layers: needed('num_hidden_layers'),
    heads,
    context: context ?? Math.min(longest, defaultContext),
    experts: dense ? 1 : config.experts,
    active: dense ? 1 : config.active,
    expertWidth: config.number('moe_intermediate_size') ?? needed('intermediate_size'),
    ropeTheta: ropeTheta(config) ?? needed('rope_theta'),
    normEpsilon: needed('rms_norm_eps'),
    queryKeyNorm: architecture === 'OlmoeForCausalLM',
    renormalise: renormalises(architecture, config),
    routerInit: 'normal',
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refusal(path, `does not map to a model of this lab at "${issue!.path.join('.')}": ${issue!.message}`);
  }
  const model = parsed.data;
  if (model.active > model.experts) throw no(path, 'num_experts_per_tok', model.active, `at most ${model.experts}`);
  if (model.width % (2 * model.heads) !== 0) throw no(path, 'hidden_size', width, `a multiple of 2 × ${heads} heads`);
  requireLayers(path, model, layout);
  if (model.context > longest)
    throw no(path, 'max_position_embeddings', longest, `at least the context asked for, ${context}`);
  const notes =
    model.context < longest ? [`The context is ${model.context} tokens; the model was made for up to ${longest}.`] : [];
  return { architecture, model, keyHeads, notes };
}

/** A configuration can name millions of experts; what the file cannot hold is refused before it is spelled out. */
function requireLayers(
  path: string,
  { kind, layers, experts }: ModelConfiguration,
  { layers: found }: MoeLayout,
): void {
  if (kind === 'dense') return;
  if (found.length !== layers)
    throw no(path, 'num_hidden_layers', layers, `the ${found.length} layers that have routers`);
  const other = found.find((layer) => layer.experts !== experts || layer.matrices.includes(null));
  if (!other) return;
  const complete = other.matrices.filter((matrices) => matrices !== null).length;
  throw no(path, 'experts', experts, `the ${complete} that layer ${other.layer} holds`);
}

const no = (path: string, field: string, value: unknown, allowed: string): LabError =>
  refusal(path, `config.json has ${field} ${valueText(value)}; an import needs ${allowed}`, {
    value: valueText(value),
  });

/** Fields whose value must be this where they are there. */
function requireSame(path: string, config: ModelConfig, architecture: ArchitectureName): void {
  const context = config.number('max_position_embeddings') ?? 0;
  const slides = architecture === 'Qwen2MoeForCausalLM' ? config.flag('use_sliding_window') === true : true;
  const window = slides ? config.number('sliding_window') : null;
  if (window !== null && window < context) throw no(path, 'sliding_window', window, `none, or at least ${context}`);
  const rules: [field: string, allowed: readonly unknown[], says: string][] = [
    ['hidden_act', ['silu', 'swish'], '"silu"'],
    ['rope_scaling', [null], 'none'],
    ['clip_qkv', [null], 'none'],
    ['attention_bias', [false, null], 'none'],
    ['mlp_bias', [false, null], 'none'],
    ['use_bias', [false, null], 'none'],
    ['decoder_sparse_step', [1], '1'],
    ['moe_layer_interval', [1], '1'],
    ['moe_layer_start_index', [0], '0'],
    ['moe_num_shared_experts', [0], '0'],
    ['quantization_config', [null], 'none: weights that stand alone'],
  ];
  for (const [field, allowed, says] of rules) {
    const value = config.field(field);
    if (value !== undefined && !allowed.includes(value)) throw no(path, field, value, says);
  }
  const dense = config.field('mlp_only_layers');
  if (Array.isArray(dense) && dense.length > 0) throw no(path, 'mlp_only_layers', dense, 'no layer in it');
  const type = ropeParameters(config)?.rope_type;
  if (type !== undefined && type !== 'default') throw no(path, 'rope_parameters.rope_type', type, '"default"');
  const partial = ropeParameters(config)?.partial_rotary_factor;
  if (partial !== undefined && partial !== 1) throw no(path, 'rope_parameters.partial_rotary_factor', partial, '1');
}

const ropeParameters = (config: ModelConfig): Record<string, unknown> | null => {
  const value = config.field('rope_parameters');
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
};

function ropeTheta(config: ModelConfig): number | null {
  const nested = ropeParameters(config)?.rope_theta;
  return typeof nested === 'number' ? nested : config.number('rope_theta');
}

function renormalises(architecture: ArchitectureName, config: ModelConfig): boolean {
  if (architecture === 'MixtralForCausalLM' || architecture === 'Ernie4_5_MoeForCausalLM') return true;
  return config.flag('norm_topk_prob') ?? false;
}
