// Rules between fields, each one function, for a configuration whose fields are all in range; and the rules between a
// configuration and a corpus. A rule says what is wrong; it changes nothing.
import { memoryEstimate, trainingTokens } from './cost.ts';
import { countParameters } from './parameter-count.ts';
import { ConfigurationError, mustBe, type Problem } from './problems.ts';
import type { ObjectiveTerm, RunConfiguration } from './schema.ts';

/** Beyond these no desktop can follow: a slip of the keyboard, best told before anything is allocated. */
const most = {
  parameters: 1e11,
  experts: 200_000,
  bytes: 2 ** 44,
  slots: 2 ** 31 - 1,
  tokens: Number.MAX_SAFE_INTEGER,
};

type Rule = (configuration: RunConfiguration) => Problem | undefined | Problem[];

const rules: Rule[] = [
  activeWithinExperts,
  headsDivideWidth,
  denseHasOneExpert,
  denseHasNoObjective,
  orthogonalRouterFits,
  similarityNeedsPairs,
  warmupWithinSteps,
  ({ objective }) => repeatedTerms(objective),
  expertsWithinReason,
  parametersWithinReason,
  slotsWithinIndices,
  memoryWithinReason,
  tokensCountable,
];

export function brokenRules(configuration: RunConfiguration): Problem[] {
  return rules.flatMap((rule) => rule(configuration) ?? []);
}

function activeWithinExperts({ model }: RunConfiguration) {
  if (model.active <= model.experts) return;
  return mustBe('model.active', model.active, `a whole number from 1 to ${model.experts}, the value of model.experts`);
}

function headsDivideWidth({ model: { heads, width } }: RunConfiguration) {
  if (width % (2 * heads) === 0) return;
  const allowed = `a divisor of model.width, ${width}, that gives each head an even width, as rotary embedding turns pairs`;
  return mustBe('model.heads', heads, allowed, 'Make model.width a multiple of twice model.heads.');
}

function denseHasOneExpert({ model }: RunConfiguration) {
  if (model.kind !== 'dense') return;
  const remedy = 'Set model.experts and model.active to 1, or model.kind to "moe".';
  return (['experts', 'active'] as const)
    .filter((name) => model[name] !== 1)
    .map((name) => mustBe(`model.${name}`, model[name], '1 in a dense model', remedy));
}

function denseHasNoObjective({ model, objective }: RunConfiguration) {
  if (model.kind !== 'dense' || objective.length === 0) return;
  const allowed = 'empty in a dense model, which has no router to balance';
  return mustBe('objective', objective, allowed, 'Remove the terms, or set model.kind to "moe".');
}

function orthogonalRouterFits({ model }: RunConfiguration) {
  const { kind, routerInit, experts, width } = model;
  if (kind === 'dense' || routerInit !== 'orthogonal' || experts <= width) return;
  const allowed = `"normal" with ${experts} experts: only model.width, ${width}, columns can be orthogonal`;
  return mustBe('model.routerInit', routerInit, allowed, 'Set it to "normal", or have at most model.width experts.');
}

function similarityNeedsPairs({ model, evaluation }: RunConfiguration) {
  if (model.kind === 'dense' || model.experts > 1 || evaluation.similarityTokens === 0) return;
  return mustBe('evaluation.similarityTokens', evaluation.similarityTokens, '0 with one expert, which has no pairs');
}

function warmupWithinSteps({ training: { warmupSteps, steps } }: RunConfiguration) {
  if (warmupSteps <= steps) return;
  return mustBe('training.warmupSteps', warmupSteps, `a whole number from 0 to ${steps}, the value of training.steps`);
}

/** Terms of a kind that the sum has already: their coefficients would only add up. */
export function repeatedTerms(objective: readonly ObjectiveTerm[]): Problem[] {
  return objective.flatMap(({ kind }, index) => {
    if (objective.findIndex((term) => term.kind === kind) === index) return [];
    const allowed = 'a kind that the objective does not have yet';
    return [mustBe(`objective.${index}.kind`, kind, allowed, 'Remove the second term of this kind.')];
  });
}

function expertsWithinReason({ model }: RunConfiguration) {
  const count = model.layers * model.experts;
  if (count <= most.experts) return;
  const allowed = `at most ${Math.floor(most.experts / model.layers)} in ${model.layers} layers`;
  return mustBe('model.experts', model.experts, `${allowed} (${most.experts} experts in all)`);
}

function parametersWithinReason({ model }: RunConfiguration) {
  const count = countParameters(model);
  if (count.total <= most.parameters) return;
  const parts = (['embedding', 'attention', 'norms', 'routers', 'experts', 'head'] as const).toSorted(
    (a, b) => count[b] - count[a],
  );
  return tooMuch('model', count.total, 'parameters', most.parameters, `Make it smaller; most are in its ${parts[0]}.`);
}

function slotsWithinIndices({ model, training }: RunConfiguration) {
  const slots = training.batch * model.context * model.active;
  if (slots <= most.slots) return;
  return tooMuch(
    'training.batch',
    slots,
    'routed tokens (batch × context × active)',
    most.slots,
    'Use training.accumulate for larger batches.',
  );
}

function memoryWithinReason(configuration: RunConfiguration) {
  const bytes = memoryEstimate(configuration).total;
  if (bytes <= most.bytes) return;
  return tooMuch(
    'training.batch',
    bytes,
    'bytes of memory',
    most.bytes,
    'Lower training.batch, model.context or the size of the model.',
  );
}

function tokensCountable(configuration: RunConfiguration) {
  const tokens = trainingTokens(configuration);
  if (tokens <= most.tokens) return;
  return tooMuch(
    'training.steps',
    tokens,
    'tokens to train on',
    most.tokens,
    'Lower training.steps, training.accumulate or training.batch.',
  );
}

function tooMuch(field: string, value: number, of: string, limit: number, remedy: string): Problem {
  const message = `${field} asks for ${value} ${of}; it may ask for at most ${limit}.`;
  return { code: 'configuration', message, field, value: String(value), remedy };
}

/** What the check of a configuration needs to know of a corpus. */
export interface CorpusLimits {
  /** Of the corpus's tokenizer. */
  vocabulary: number;
  trainTokens: number;
  validationTokens: number;
}

/**
 * Whether this corpus can feed this configuration: ids within the vocabulary, and at least one whole sequence with its
 * next token in either split.
 * @throws ConfigurationError
 */
export function checkCorpus({ model }: RunConfiguration, corpus: CorpusLimits): void {
  const problems: Problem[] = [];
  if (model.vocabulary < corpus.vocabulary) {
    const allowed = `at least ${corpus.vocabulary}, the vocabulary of the corpus`;
    problems.push(mustBe('model.vocabulary', model.vocabulary, allowed));
  }
  for (const [split, tokens] of [
    ['training', corpus.trainTokens],
    ['validation', corpus.validationTokens],
  ] as const) {
    if (tokens > model.context) continue;
    const longest = tokens - 1;
    const allowed = `at most ${Math.max(0, longest)}, one less than the ${tokens} ${split} tokens of the corpus`;
    const remedy =
      longest < 2 ? 'Prepare a larger corpus.' : `Set model.context to at most ${longest}, or prepare a larger corpus.`;
    problems.push(mustBe('model.context', model.context, allowed, remedy));
  }
  const [first, ...rest] = problems;
  if (first) throw new ConfigurationError([first, ...rest]);
}
