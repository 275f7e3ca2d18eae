// The token lens: one text of at most T tokens through one checkpoint. The rest of the context is filled up behind the text, where causal
// attention and a router that looks at one token alone cannot see it.

import { LabError } from '../../shared/errors.ts';
import type { LensPart, LensRequest } from '../../shared/studies/lens.ts';
import type { Corpus } from '../data/corpus.ts';
import { encode, loadTokenizer, type Tokenizer } from '../data/tokenizers.ts';
import { firstTokens } from '../programs/first-tokens.ts';
import { predictProgram } from '../programs/predict.ts';
import { openStudyModel, requestOf, type StudyModel } from './model.ts';
import type { Study } from './study.ts';
import { tokenTexts } from './token-text.ts';

const key = 'text';

export const lensStudy: Study = async function* (job, pause) {
  const request = requestOf(job, 'lens');
  const [checkpoint] = job.checkpoints;
  const model = await openStudyModel(job);
  try {
    yield { type: 'started', provenance: model.provenance, total: 1 };
    if (job.stored.includes(key) || pause.aborted) return;
    yield { type: 'part', part: { key, result: await lensPart(model, checkpoint!.folder, request) } };
  } finally {
    await model.close();
  }
};

interface Stretch {
  /** n ≤ T */
  tokens: number[];
  /** The token that follows the last; null where the text ends. */
  next: number | null;
  cut: number;
}

async function lensPart(model: StudyModel, folder: string, request: LensRequest): Promise<LensPart> {
  const { context, layers, active, kind } = model.configuration.model;
  const tokenizer = await loadTokenizer(model.corpus.description.tokenizer);
  const { tokens, next, cut } = stretchOf(request, model.corpus, tokenizer, context);
  const n = tokens.length;
  const program = await model.compile(predictProgram(model.configuration.model, 1, model.withBias));
  const { bias } = await model.load(folder);
  const inputs = new Int32Array(context);
  inputs.set(tokens);
  const targets = new Int32Array(context);
  targets.set([...tokens.slice(1), next ?? 0]);
  const { nll, predicted, chosen, probabilities } = await program.run({ tokens: inputs, targets, ...bias });
  const losses = Float64Array.from(nll!.data.subarray(0, n));
  if (next === null) losses[n - 1] = Number.NaN;
  const textOf = tokenTexts(tokenizer);
  const shown = (id: number) => ({ id, text: textOf(id) });
  const isMixture = kind === 'moe';
  return {
    step: request.step,
    tokens: tokens.map(shown),
    cut,
    layers: isMixture ? layers : 0,
    active: isMixture ? active : 0,
    losses,
    predicted: Array.from(predicted!.data.subarray(0, n), shown),
    chosen: isMixture ? Int32Array.from(firstTokens(chosen!, n)) : new Int32Array(0),
    probabilities: isMixture ? Float64Array.from(firstTokens(probabilities!, n)) : new Float64Array(0),
  };
}

function stretchOf({ source }: LensRequest, corpus: Corpus, tokenizer: Tokenizer, context: number): Stretch {
  if (source.from === 'text') {
    const all = encode(tokenizer, source.text.toWellFormed());
    return { tokens: all.slice(0, context), next: all[context] ?? null, cut: Math.max(0, all.length - context) };
  }
  const size = corpus.tokens.validation;
  if (source.position >= size) {
    throw new LabError(
      'request',
      `source.position is ${source.position}, and the validation split of "${corpus.description.name}" has the tokens 0 to ${size - 1}.`,
      { field: 'source.position', value: String(source.position), remedy: `Choose a position of at most ${size - 1}.` },
    );
  }
  const all = [...corpus.readTokens('validation', source.position, Math.min(context + 1, size - source.position))];
  return { tokens: all.slice(0, context), next: all[context] ?? null, cut: 0 };
}
