import { describe, expect, it } from 'vitest';
import { parameterSpecifications } from '../../worker/model/parameters.ts';
import {
  forwardFlopsPerToken,
  memoryEstimate,
  runFlops,
  simbalFlops,
  similarityFactor,
  trainingTokens,
  trainStepFlops,
} from './cost.ts';
import { countParameters } from './parameter-count.ts';
import { configurationFromPreset, presets } from './presets.ts';
import { tokenizerVocabulary } from './tokenizers.ts';

const all = presets.map((preset) => configurationFromPreset(preset.name, { corpus: 'tiny' }));

describe('presets', () => {
  it.each(presets)('$name is valid, and fits its tokenizer', (preset) => {
    const configuration = configurationFromPreset(preset.name, { corpus: 'tiny' });
    expect(configuration).toMatchObject({ name: preset.name, preset: preset.name, corpus: 'tiny', objective: [] });
    expect(configuration.model.vocabulary).toBe(tokenizerVocabulary[preset.tokenizer]);
  });

  it('have twins that differ in the model alone and compute as much per token', () => {
    for (const [moe, dense] of all.flatMap((one, i) => (i % 2 === 0 ? [[one, all[i + 1]!] as const] : []))) {
      expect(dense.name).toBe(`${moe.name}-dense`);
      expect(dense.training).toEqual(moe.training);
      expect(forwardFlopsPerToken(dense.model).experts).toBe(forwardFlopsPerToken(moe.model).experts);
    }
    expect(configurationFromPreset('moe-m-dense', { corpus: 'tiny' }).model.expertWidth).toBe(3072);
    expect(configurationFromPreset('moe-l-dense', { corpus: 'tiny' }).model.expertWidth).toBe(6144);
  });

  it("train on the paper's tokens, to the step", () => {
    expect(trainingTokens(configurationFromPreset('moe-m', { corpus: 'tiny' })) / 1e9).toBeCloseTo(19.9, 2);
    expect(trainingTokens(configurationFromPreset('moe-l', { corpus: 'tiny' })) / 1e9).toBeCloseTo(78.6, 2);
  });

  it('merge overrides field by field', () => {
    const configuration = configurationFromPreset('nano', {
      corpus: 'tiny',
      name: 'mine',
      objective: [{ kind: 'simbal' }],
      model: { experts: 32 },
      training: { steps: 40 },
      evaluation: { every: 20 },
      seeds: { init: 3 },
    });
    expect(configuration).toMatchObject({
      name: 'mine',
      model: { experts: 32, active: 2, routerInit: 'orthogonal' },
      training: { steps: 40, batch: 16 },
      evaluation: { every: 20, tokens: 8192 },
      seeds: { init: 3, data: 0 },
    });
    const normal = {
      corpus: 'tiny',
      objective: [{ kind: 'simbal' as const }],
      model: { routerInit: 'normal' as const },
    };
    expect(configurationFromPreset('nano', normal).model.routerInit).toBe('normal');
  });

  it('refuse an unknown name with the nearest, and a bad override with its field', () => {
    expect(() => configurationFromPreset('nanno', { corpus: 'tiny' })).toThrow(
      expect.objectContaining({ field: 'preset', value: '"nanno"', remedy: 'Did you mean "nano"?' }),
    );
    expect(() => configurationFromPreset('nano', { corpus: 'tiny', model: { experts: 0 } })).toThrow(
      /^model.experts is 0/,
    );
  });
});

describe('countParameters', () => {
  const small = all.filter((configuration) => !configuration.name.startsWith('moe-'));
  const withNorms = configurationFromPreset('nano', { corpus: 'tiny', model: { queryKeyNorm: true } });

  it.each([...small, { ...withNorms, name: 'query and key norms' }])('agrees with the worker: $name', ({ model }) => {
    const count = countParameters(model);
    const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
    const specifications = parameterSpecifications(model);
    const sum = (pattern: RegExp) =>
      specifications.filter(({ name }) => pattern.test(name)).reduce((total, { shape }) => total + size(shape), 0);
    expect(count).toMatchObject({
      embedding: sum(/^embedding$/),
      attention: sum(/\.(query|key|value|output)$/),
      norms: sum(/norm$/i),
      routers: sum(/\.router$/),
      experts: sum(/\.(gate|up|down)$/),
      head: sum(/^head$/),
      total: sum(/./),
    });
    const { embedding, attention, norms, routers, experts, head } = count;
    expect(count.active).toBe(
      embedding + attention + norms + routers + (experts * model.active) / model.experts + head,
    );
  });

  it.each([
    ['moe-m', 626_094_336, 229_732_608, 627e6, 230e6, 77e6],
    ['moe-l', 3_139_834_368, 761_664_000, 3.14e9, 761e6, 154e6],
  ])("is the paper's within rounding: %s", (name, total, active, paperTotal, paperActive, paperEmbedding) => {
    const count = countParameters(configurationFromPreset(name, { corpus: 'tiny' }).model);
    expect(count).toMatchObject({ total, active });
    expect(Math.abs(total / paperTotal - 1)).toBeLessThan(0.002);
    expect(Math.abs(active / paperActive - 1)).toBeLessThan(0.002);
    expect(Math.abs(count.embedding / paperEmbedding - 1)).toBeLessThan(0.002);
  });
});

describe('cost', () => {
  const toy = configurationFromPreset('nano', {
    corpus: 'tiny',
    model: { vocabulary: 10, width: 4, layers: 2, heads: 1, context: 8, experts: 3, active: 2, expertWidth: 5 },
    training: { batch: 2, accumulate: 3, steps: 7, warmupSteps: 0 },
    evaluation: { every: 5, denseUntil: 0, tokens: 100, similarityTokens: 10 },
  });

  it('counts the products of one token by hand', () => {
    // Per layer: projections 4 · 2·4·4 = 128, scores and mix 2 · 2·8·4 = 128, router 2·4·3 = 24, experts 2 · 3 · 2·4·5 = 240.
    expect(forwardFlopsPerToken(toy.model)).toEqual({
      attention: 512,
      router: 48,
      experts: 480,
      head: 80,
      total: 1120,
    });
    expect(trainStepFlops(toy)).toBe(3 * 3 * 16 * 1120);
  });

  it('adds SimBal once a micro-batch, at 2·D·E² a layer', () => {
    expect(simbalFlops(toy.model)).toBe(2 * 2 * 4 * 9);
    const balanced = { ...toy, objective: [{ kind: 'simbal' as const, coefficient: 0.1, layers: 'mean' as const }] };
    expect(trainStepFlops(balanced) - trainStepFlops(toy)).toBe(3 * 3 * 144);
  });

  it('weighs PES by all experts against the active ones', () => {
    const { total, active, embedding } = countParameters(toy.model);
    expect(total - active).toBe(2 * 3 * 4 * 5);
    expect(similarityFactor(toy.model)).toBe((total - embedding) / (active - embedding));
    expect(similarityFactor(configurationFromPreset('nano-dense', { corpus: 'tiny' }).model)).toBe(1);
  });

  it('adds up a run by its schedule: evaluations at 0, 5 and 7', () => {
    const cost = runFlops(toy);
    expect(cost.training).toBe(7 * trainStepFlops(toy));
    expect(cost.evaluation).toBe(3 * 100 * 1120);
    expect(cost.similarity).toBeCloseTo(3 * 10 * 1120 * similarityFactor(toy.model), 6);
    expect(cost.total).toBe(cost.training + cost.evaluation + cost.similarity);
    expect(runFlops(toy, 50).evaluation).toBe(3 * 50 * 1120);
  });

  it('estimates memory by part', () => {
    const memory = memoryEstimate(toy);
    expect(memory.parameters).toBe(4 * countParameters(toy.model).total);
    expect(memory).toMatchObject({
      gradients: memory.parameters,
      moments: 2 * memory.parameters,
      logits: 4 * 16 * 3 * 10,
    });
    // Per token and layer: attention 13·4 + 2·1·8 = 68, experts 2 · (3·4 + 4·5) + 2·3 = 70.
    expect(memory.activations).toBe(4 * 16 * 2 * (68 + 70));
    expect(memory.total).toBe(4 * memory.parameters + memory.activations + memory.logits);
  });
});
