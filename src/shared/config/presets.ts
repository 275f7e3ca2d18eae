// Named models with a training schedule, from what any machine trains to the paper's two, each with its dense twin: an FFN
// as wide as the K active experts together. Data; a corpus and an objective make a configuration of it.
import type { TokenizerName } from '../worker-messages.ts';
import { nearest } from './nearest.ts';
import { withPairedRouterInit } from './objectives.ts';
import { parseConfiguration } from './parse.ts';
import { ConfigurationError, mustBe } from './problems.ts';
import type { EvaluationConfiguration, RunConfiguration, RunConfigurationInput } from './schema.ts';
import { tokenizerVocabulary } from './tokenizers.ts';

type ModelInput = Omit<RunConfigurationInput['model'], 'routerInit'>;

export interface Preset {
  name: string;
  /** What it is for, and which of its numbers are this lab's choice. */
  description: string;
  /** Of a corpus that it can train on. */
  tokenizer: TokenizerName;
  model: ModelInput;
  training: RunConfigurationInput['training'];
  evaluation: EvaluationConfiguration;
}

const mixtures: readonly Preset[] = [
  {
    name: 'nano',
    description: 'Byte-level, 0.7M of 3.5M parameters active: a first look at routing, on any machine.',
    tokenizer: 'bytes',
    model: {
      vocabulary: tokenizerVocabulary.bytes,
      width: 128,
      layers: 4,
      heads: 4,
      context: 128,
      experts: 16,
      active: 2,
      expertWidth: 128,
    },
    training: { steps: 300, batch: 16, learningRate: 2e-3, warmupSteps: 30, checkpointEvery: 100 },
    evaluation: { every: 50, denseUntil: 50, tokens: 8192, similarityEvery: 1, similarityTokens: 2048 },
  },
  {
    name: 'micro',
    description: 'Byte-level, 2.8M of 13.8M parameters active: comparisons over seeds, on a laptop.',
    tokenizer: 'bytes',
    model: {
      vocabulary: tokenizerVocabulary.bytes,
      width: 256,
      layers: 4,
      heads: 4,
      context: 256,
      experts: 16,
      active: 2,
      expertWidth: 256,
    },
    training: { steps: 3000, batch: 16, learningRate: 1e-3, warmupSteps: 100, checkpointEvery: 500 },
    evaluation: { every: 250, denseUntil: 250, tokens: 65_536, similarityEvery: 1, similarityTokens: 4096 },
  },
  {
    name: 'small',
    description:
      'The trunk of micro on the tokens of GPT-2, 39M parameters, 26M of them embeddings: for a workstation.',
    tokenizer: 'gpt2',
    model: {
      vocabulary: tokenizerVocabulary.gpt2,
      width: 256,
      layers: 4,
      heads: 4,
      context: 256,
      experts: 16,
      active: 2,
      expertWidth: 256,
    },
    training: { steps: 10_000, batch: 16, learningRate: 1e-3, warmupSteps: 200, checkpointEvery: 1000 },
    evaluation: { every: 500, denseUntil: 500, tokens: 131_072, similarityEvery: 1, similarityTokens: 4096 },
  },
  {
    name: 'moe-m',
    description:
      "The paper's MoE-M (arXiv 2506.14038) on its 19.9B tokens. The paper leaves context and batch open: 2048 and 256 sequences are this lab's choice, and float32.",
    tokenizer: 'cl100k_base',
    model: {
      vocabulary: tokenizerVocabulary.cl100k_base,
      width: 768,
      layers: 8,
      heads: 8,
      context: 2048,
      experts: 32,
      active: 4,
      expertWidth: 768,
      ropeTheta: 1e4,
    },
    training: { steps: 37_956, batch: 8, accumulate: 32, learningRate: 5e-4, warmupSteps: 2000, checkpointEvery: 1000 },
    evaluation: { every: 1000, denseUntil: 1000, tokens: 77_000_000, similarityEvery: 1, similarityTokens: 4_000_000 },
  },
  {
    name: 'moe-l',
    description:
      "The paper's MoE-L (arXiv 2506.14038) on its 78.6B tokens. The paper leaves context and batch open: 2048 and 512 sequences are this lab's choice, and float32.",
    tokenizer: 'cl100k_base',
    model: {
      vocabulary: tokenizerVocabulary.cl100k_base,
      width: 1536,
      layers: 12,
      heads: 12,
      context: 2048,
      experts: 32,
      active: 4,
      expertWidth: 1536,
      ropeTheta: 1e5,
    },
    training: { steps: 74_959, batch: 8, accumulate: 64, learningRate: 3e-4, warmupSteps: 2000, checkpointEvery: 1000 },
    evaluation: { every: 1000, denseUntil: 1000, tokens: 77_000_000, similarityEvery: 1, similarityTokens: 4_000_000 },
  },
];

function denseTwin({ name, tokenizer, model, training, evaluation }: Preset): Preset {
  const expertWidth = model.active * model.expertWidth;
  return {
    name: `${name}-dense`,
    description: `The dense twin of ${name}: one FFN of width ${expertWidth}, as wide as the ${model.active} active experts together.`,
    tokenizer,
    model: { ...model, kind: 'dense', experts: 1, active: 1, expertWidth },
    training,
    evaluation: { ...evaluation, similarityTokens: 0 },
  };
}

export const presets: readonly Preset[] = mixtures.flatMap((preset) => [preset, denseTwin(preset)]);

/** @throws ConfigurationError with the nearest name. */
export function presetNamed(name: string): Preset {
  const preset = presets.find((other) => other.name === name);
  if (preset) return preset;
  const names = presets.map((other) => other.name);
  const meant = nearest(name, names);
  const problem = mustBe('preset', name, `one of ${names.join(', ')}`, meant && `Did you mean "${meant}"?`);
  throw new ConfigurationError([problem]);
}

/** What a preset leaves open, and whatever of it is to be different; sections are merged field by field. */
export interface PresetOverrides {
  corpus: string;
  name?: string;
  objective?: RunConfigurationInput['objective'];
  model?: Partial<RunConfigurationInput['model']>;
  training?: Partial<RunConfigurationInput['training']>;
  evaluation?: Partial<EvaluationConfiguration>;
  seeds?: RunConfigurationInput['seeds'];
  engine?: RunConfigurationInput['engine'];
}

/**
 * A whole configuration: named after the preset and without balancing unless the overrides say otherwise, the router
 * initialised as the paper pairs it with the objective.
 * @throws ConfigurationError
 */
export function configurationFromPreset(name: string, overrides: PresetOverrides): RunConfiguration {
  const preset = presetNamed(name);
  const configuration = parseConfiguration({
    name,
    objective: [],
    ...overrides,
    preset: name,
    model: { ...preset.model, routerInit: 'normal', ...overrides.model },
    training: { ...preset.training, ...overrides.training },
    evaluation: { ...preset.evaluation, ...overrides.evaluation },
  });
  return overrides.model?.routerInit ? configuration : parseConfiguration(withPairedRouterInit(configuration));
}
