// How routing moves over checkpoints. One forward pass a checkpoint: the reference's first, then in ascending steps; a study
// that goes on repeats the reference's, and that of the checkpoint before the first missing part.
//
// Memory beside the engine's: the choices and predictions of at most three checkpoints (reference, before, this), see
// routingMemory in shared/studies/cost.ts. Tables of tokens are made and dropped layer by layer.
import { loadTokenizer } from '../data/tokenizers.ts';
import type { Compiled } from '../engine/engine.ts';
import { firstTokens } from '../programs/first-tokens.ts';
import { predictProgram } from '../programs/predict.ts';
import { checkpointStudy, type StudiedCheckpoint } from './checkpoint-study.ts';
import type { StudyModel } from './model.ts';
import { type RoutingPass, routingPart } from './routing-part.ts';
import { Choices, sampleBatches, sampledText, sizeOfSample } from './sample.ts';
import { tokenTexts } from './token-text.ts';

export const routingStudy = checkpointStudy(
  'routing',
  async function* ({ request, model, checkpoints, missing, pass }) {
    const { tokens, topTokens } = request;
    const { model: shape, training } = model.configuration;
    const program = await model.compile(predictProgram(shape, training.batch, model.withBias));
    const passOf = (checkpoint: StudiedCheckpoint) =>
      pass(checkpoint, predictions(model, program, checkpoint.folder, tokens));

    const text = sampledText(model, tokens);
    const textOf = tokenTexts(await loadTokenizer(model.corpus.description.tokenizer));
    const last = checkpoints.at(-1)!;
    const reference = yield* passOf(last);
    if (!reference) return;
    let latest = null as { index: number; pass: RoutingPass } | null;
    for (const checkpoint of missing) {
      const { index, step } = checkpoint;
      const kept: RoutingPass | null = latest?.index === index - 1 ? latest.pass : null;
      latest = null;
      const before: RoutingPass | null = index === 0 ? null : (kept ?? (yield* passOf(checkpoints[index - 1]!)));
      if (index > 0 && !before) return;
      const present: RoutingPass | null = checkpoint === last ? reference : yield* passOf(checkpoint);
      if (!present) return;
      latest = { index, pass: present };
      yield routingPart({ model, text, textOf, topTokens, reference }, step, present, before);
    }
  },
);

async function* predictions(
  model: StudyModel,
  program: Compiled,
  folder: string,
  asked: number,
): AsyncGenerator<{ done: number; total: number }, RoutingPass> {
  const { bias } = await model.load(folder);
  const { tokens: size, batches: total } = sizeOfSample(model, asked);
  const choices = new Choices(model, size);
  const predicted = new Int32Array(size);
  let [sum, at, done] = [0, 0, 0];
  for (const { tokens, targets, counted } of sampleBatches(model, asked)) {
    const outputs = await program.run({ tokens, targets, ...bias });
    choices.add(firstTokens(outputs.chosen!, counted));
    predicted.set(outputs.predicted!.data.subarray(0, counted), at);
    for (let token = 0; token < counted; token++) sum += outputs.nll!.data[token]!;
    at += counted;
    yield { done: ++done, total };
  }
  return { chosen: choices.layers, predicted, loss: sum / size };
}
