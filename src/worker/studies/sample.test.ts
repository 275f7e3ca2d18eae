// What is said of a sample before a study runs is what the study then reads.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCorpus } from '../data/corpus.ts';
import { exampleConfiguration, exampleFolder } from '../train/example-run.testing.ts';
import { Choices, sampleBatches, sampledText, sizeOfSample } from './sample.ts';

let example: Awaited<ReturnType<typeof exampleFolder>>;
beforeAll(async () => {
  example = await exampleFolder();
});
afterAll(() => example.remove());

test.each([
  [1, 1],
  [2, 64],
  [2, 1e9],
  [7, 200],
  [39, 1e9],
  [40, 1],
  [64, 1e9],
])('batches of %i sequences, %i tokens', (batch, tokens) => {
  const corpus = openCorpus(`${example.folder}/corpus`);
  try {
    const model = { configuration: exampleConfiguration({ training: { batch } }), corpus };
    const size = sizeOfSample(model, tokens);
    const batches = [...sampleBatches(model, tokens)];
    expect(batches).toHaveLength(size.batches);
    expect(batches.reduce((sum, { counted }) => sum + counted, 0)).toBe(size.tokens);
    expect(batches.reduce((sum, { tokens: ids }) => sum + ids.length, 0)).toBe(size.computed);
    const { input, target, domains } = sampledText(model, tokens);
    expect([input.length, target.length, domains.length]).toEqual([size.tokens, size.tokens, size.tokens]);
    // A target is the next input, but for the last of a sequence.
    expect(input[1]).toBe(target[0]);
    expect(domains.every((domain) => domain >= 0 && domain < 2)).toBe(true);
  } finally {
    corpus.close();
  }
});

test('choices of batches follow each other in every layer', () => {
  const model = { configuration: exampleConfiguration() };
  const choices = new Choices(model, 3);
  choices.add([0, 1, 2, 3]);
  choices.add([1, 2, 3, 0, 0, 1, 2, 3]);
  expect(choices.layers.map((layer) => [...layer])).toEqual([
    [0, 1, 1, 2, 3, 0],
    [2, 3, 0, 1, 2, 3],
  ]);
});
