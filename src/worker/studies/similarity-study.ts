// Pairwise expert similarity over checkpoints. One pass a checkpoint serves PES, the cosines of all pairs and what the experts
// see; PES itself is computed and averaged as in a run's evaluations, so the same sample gives the same numbers.
import { loadTokenizer } from '../data/tokenizers.ts';
import type { Compiled } from '../engine/engine.ts';
import { SequenceMeans } from '../measures/sequence-means.ts';
import { SimilarityAverage } from '../measures/similarity-average.ts';
import { firstTokens } from '../programs/first-tokens.ts';
import { similarityProgram } from '../programs/similarity.ts';
import { checkpointStudy } from './checkpoint-study.ts';
import type { StudyModel } from './model.ts';
import { Choices, sampleBatches, sampledText, sizeOfSample } from './sample.ts';
import { type SimilarityPass, similarityPart } from './similarity-part.ts';
import { tokenTexts } from './token-text.ts';

export const similarityStudy = checkpointStudy('similarity', async function* ({ request, model, missing, pass }) {
  const { model: shape, training } = model.configuration;
  const program = await model.compile(similarityProgram(shape, training.batch, model.withBias, { withChosen: true }));
  const text = sampledText(model, request.tokens);
  const textOf = tokenTexts(await loadTokenizer(model.corpus.description.tokenizer));
  for (const checkpoint of missing) {
    const found = yield* pass(checkpoint, similarities(model, program, checkpoint.folder, request.tokens));
    if (!found) return;
    yield similarityPart({ model, request, text, textOf }, checkpoint.step, found);
  }
});

async function* similarities(
  model: StudyModel,
  program: Compiled,
  folder: string,
  asked: number,
): AsyncGenerator<{ done: number; total: number }, SimilarityPass> {
  const { bias } = await model.load(folder);
  const { layers, experts, context } = model.configuration.model;
  const { tokens: size, batches: total } = sizeOfSample(model, asked);
  const average = new SimilarityAverage(layers, experts);
  const sequences = new SequenceMeans(layers, context);
  const choices = new Choices(model, size);
  let done = 0;
  for (const { tokens, counted } of sampleBatches(model, asked)) {
    const weights = new Float32Array(tokens.length).fill(1, 0, counted);
    const { pairs, perToken, chosen } = await program.run({ tokens, counted: weights, ...bias });
    const own = firstTokens(perToken!, counted);
    average.add(pairs!.data, own);
    sequences.add(own);
    choices.add(firstTokens(chosen!, counted));
    yield { done: ++done, total };
  }
  return { measures: average.measures(), sequences, chosen: choices.layers };
}
