// The run configuration: one schema, its defaults, limits and descriptions. The form, the command line, the worker and the
// documentation all read it from here. Letters as in the paper: D width, L layers, H heads, T context, E experts,
// K active experts, F expert width, V vocabulary.
import { z } from 'zod';

// Parsers are not compiled with new Function: a page under a strict content security policy reads this schema too.
z.config({ jitless: true });

const integer = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
const real = (minimum: number, maximum: number) => z.number().min(minimum).max(maximum);

export const modelSchema = z.strictObject({
  kind: z
    .enum(['moe', 'dense'])
    .default('moe')
    .describe('Mixture of experts, or its dense twin: one expert, no router'),
  vocabulary: integer(2, 1_000_000).describe('V, the number of token ids; at least that of the corpus tokenizer'),
  width: integer(2, 65_536).describe('D, model width; a multiple of 2 × heads'),
  layers: integer(1, 512).describe('L, transformer layers'),
  heads: integer(1, 1024).describe('H, attention heads'),
  context: integer(2, 1_048_576).describe('T, tokens of a sequence'),
  experts: integer(1, 4096).describe('E; 1 in a dense model'),
  active: integer(1, 4096).describe('K, experts that each token uses; at most E'),
  expertWidth: integer(1, 1_048_576).describe('F, inner width of an expert (of the one FFN in a dense model)'),
  ropeTheta: real(1, 1e9).default(1e4).describe('base of the rotary embedding'),
  normEpsilon: real(1e-12, 1e-1).default(1e-6).describe('added to the mean square in RMSNorm'),
  queryKeyNorm: z.boolean().default(false).describe('RMSNorm over the whole query and key widths, as OLMoE'),
  renormalise: z.boolean().default(false).describe('divide the K chosen probabilities by their sum, as Mixtral'),
  outputZLoss: real(0, 1).default(1e-5).describe('coefficient of mean(logsumexp(output logits)²)'),
  initDeviation: real(0, 10).default(0.02).describe('standard deviation of the normal initialisation'),
  routerInit: z.enum(['normal', 'orthogonal']).describe('orthogonal: columns of R orthonormal'),
});

const coefficient = (value: number) => real(0, 1e6).default(value).describe('factor of this term in the loss');

/** One term of the balancing objective; an objective is a sum of terms, and none is the empty sum. */
export const objectiveTermSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('simbal'),
    coefficient: coefficient(0.1),
    layers: z.enum(['mean', 'sum']).default('mean').describe('how the layers are combined'),
  }),
  z.strictObject({ kind: z.literal('lbl-sequence'), coefficient: coefficient(0.01) }),
  z.strictObject({ kind: z.literal('lbl-micro-batch'), coefficient: coefficient(0.01) }),
  z.strictObject({ kind: z.literal('lbl-global-batch'), coefficient: coefficient(0.01) }),
  z.strictObject({ kind: z.literal('router-z'), coefficient: coefficient(0.001) }),
  z.strictObject({ kind: z.literal('normalised-gram'), coefficient: coefficient(0.01) }),
  z.strictObject({
    kind: z.literal('loss-free-bias'),
    rate: real(0, 1).default(0.001).describe('u, step of the bias after each batch'),
  }),
]);

export const trainingSchema = z.strictObject({
  steps: integer(1, 1e9).describe('optimizer steps'),
  batch: integer(1, 65_536).describe('sequences of one micro-batch, B'),
  accumulate: integer(1, 65_536).default(1).describe('micro-batches of one optimizer step'),
  learningRate: z.number().gt(0).max(10).describe('peak learning rate'),
  finalFraction: real(0, 1).default(0.1).describe('share of the peak that the cosine ends at'),
  warmupSteps: integer(0, 1e9).describe('steps of linear warm-up'),
  warmupFraction: real(0, 1).default(0.1).describe('share of the peak that the warm-up starts from'),
  weightDecay: real(0, 10).default(0.01).describe('decoupled weight decay of AdamW'),
  decayOn: z
    .enum(['all', 'matrices'])
    .default('all')
    .describe('which parameters decay; matrices leaves out norm gains'),
  beta1: z.number().min(0).lt(1).default(0.9).describe('decay of the first moment'),
  beta2: z.number().min(0).lt(1).default(0.95).describe('decay of the second moment'),
  epsilon: real(1e-30, 1).default(1e-8).describe('added to the root of the second moment'),
  clip: real(0, 1e9).default(1).describe('largest gradient norm; 0 clips nothing'),
  checkpointEvery: integer(0, 1e9).describe('steps between checkpoints; 0 keeps only the last'),
});

export const evaluationSchema = z.strictObject({
  every: integer(1, 1e9).describe('steps between evaluations; the last step always'),
  denseUntil: integer(0, 1e9).describe('up to this step also at each doubling of a tenth of it; step 0 always'),
  tokens: integer(1, 1e12).describe('validation tokens of one evaluation; the whole split when it is smaller'),
  similarityEvery: integer(1, 1e9).describe('every so many evaluations also PES; the first and last always'),
  similarityTokens: integer(0, 1e9).describe('validation tokens of one PES sample; 0 measures no PES'),
});

export const seedsSchema = z.strictObject({
  init: integer(0, Number.MAX_SAFE_INTEGER).default(0).describe('seed of the initial parameters'),
  data: integer(0, Number.MAX_SAFE_INTEGER).default(0).describe('seed of the order of the data'),
});

/** What may run the programs, in the order in which a person is offered them. */
export const engineKinds = ['auto', 'onnx-cpu', 'onnx-webgpu', 'tensorflow', 'reference'] as const;

export const engineSchema = z.strictObject({
  kind: z.enum(engineKinds).default('auto').describe('what runs the programs; auto takes the default of this machine'),
  threads: integer(0, 1024).default(0).describe('processor threads; 0 shares the machine out'),
});

export const configurationSchema = z.strictObject({
  name: z.string().min(1).max(10_000).describe('what the run is called'),
  preset: z.string().max(100).nullable().default(null).describe('the preset this came from, for the record'),
  corpus: z.string().min(1).max(10_000).describe('name or content hash of a corpus of the store'),
  model: modelSchema,
  objective: z.array(objectiveTermSchema).max(16).describe('the sum of these terms; empty is no balancing'),
  training: trainingSchema,
  evaluation: evaluationSchema,
  seeds: seedsSchema.prefault({}),
  engine: engineSchema.prefault({}),
});

export type ModelConfiguration = z.infer<typeof modelSchema>;
export type ObjectiveTerm = z.infer<typeof objectiveTermSchema>;
export type ObjectiveKind = ObjectiveTerm['kind'];
export type TrainingConfiguration = z.infer<typeof trainingSchema>;
export type EvaluationConfiguration = z.infer<typeof evaluationSchema>;
export type RunConfiguration = z.infer<typeof configurationSchema>;
/** What a person may write: fields with a default may be left out. */
export type RunConfigurationInput = z.input<typeof configurationSchema>;
export type EngineKind = RunConfiguration['engine']['kind'];
