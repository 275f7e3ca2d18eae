// Parts of every kind of study, invented: right in shape, the same each time, with numbers that a table or a chart can show.
// For tests alone.
import type { GeometryPart } from './geometry.ts';
import type { LensPart } from './lens.ts';
import type { PruningPart, PruningSetting } from './pruning.ts';
import { evaluatedSettings, pruningKey } from './pruning-key.ts';
import { type ExpertToken, type RoutingPart, vocabularies } from './routing.ts';
import type { SimilarityPart } from './similarity.ts';
import type { StudyPart, StudyRequest } from './study.ts';

export interface PretendedModel {
  layers: number;
  experts: number;
  active: number;
  width: number;
}

/** All parts of a study, in order. */
export function pretendedParts(request: StudyRequest, model: PretendedModel): StudyPart[] {
  const steps = 'steps' in request ? request.steps : [];
  const last = steps.at(-1) ?? 0;
  const bySteps = (part: (step: number, index: number) => unknown) =>
    steps.map((step, index) => ({ key: `step ${step}`, result: part(step, index) }));
  switch (request.kind) {
    case 'routing':
      return bySteps((step, index) => routingPart(model, step, last, index === 0));
    case 'similarity':
      return bySteps((step) => similarityPart(model, step));
    case 'geometry':
      return bySteps((step, index) => geometryPart(model, step, index === 0));
    case 'lens':
      return [{ key: 'text', result: lensPart(model, request.step) }];
    case 'pruning':
      return evaluatedSettings(request.settings).map((setting, index) => ({
        key: pruningKey(setting),
        result: pruningPart(model, request.step, setting, index),
      }));
  }
}

/** 0 to 1, the same for the same numbers. */
const noise = (...numbers: number[]) => {
  const wave = Math.sin(numbers.reduce((sum, number, index) => sum + number * (12.9898 + 65.1 * index), 1)) * 43_758.5;
  return wave - Math.floor(wave);
};
const many = <Value>(count: number, value: (index: number) => Value) =>
  Array.from({ length: count }, (_, i) => value(i));
const cube = ({ layers, experts }: PretendedModel, value: (layer: number, i: number, j: number) => number) =>
  Float64Array.from({ length: layers * experts * experts }, (_, at) => {
    const [j, rest] = [at % experts, Math.floor(at / experts)];
    return value(Math.floor(rest / experts), rest % experts, j);
  });
const matrix = ({ layers, experts }: PretendedModel, value: (layer: number, expert: number) => number) =>
  Float64Array.from({ length: layers * experts }, (_, at) => value(Math.floor(at / experts), at % experts));
const lossAt = (step: number) => 2 + 3.5 * Math.exp(-step / 14);
const slots = (layer: number, expert: number) => 100 + Math.round(900 * noise(layer, expert));

function topTokens(layer: number, expert: number): ExpertToken[] {
  return many(3, (rank) => ({
    token: 97 + ((expert + rank) % 26),
    text: String.fromCharCode(97 + ((expert + rank) % 26)),
    count: 30 - 7 * rank,
    share: 0.9 - 0.2 * rank - 0.1 * noise(layer, expert, rank),
  }));
}

function routingPart(model: PretendedModel, step: number, last: number, first: boolean): RoutingPart {
  const { layers, experts } = model;
  const progress = last === 0 ? 1 : step / last;
  return {
    step,
    tokens: 2048,
    loss: lossAt(step),
    experts,
    layers,
    counts: matrix(model, slots),
    saturation: many(layers, (layer) => 0.4 + 0.6 * progress ** (1 + layer / 4)),
    switchRate: first ? null : many(layers, (layer) => (0.5 - 0.4 * progress) / (1 + layer / 8)),
    together: cube(model, (layer, i, j) =>
      i === j ? slots(layer, i) : Math.round(90 * noise(layer, Math.min(i, j), Math.max(i, j))),
    ),
    domains: {
      names: ['prose', 'code'],
      tokens: [1200, 848],
      slots: Float64Array.from({ length: layers * experts * 2 }, (_, at) => Math.round(300 * noise(at))),
    },
    vocabulary: Object.fromEntries(
      vocabularies.map((vocabulary, index) => [
        vocabulary,
        {
          specialisation: matrix(model, (layer, expert) => 0.2 + 0.1 * index + 0.3 * noise(layer, expert, index)),
          top: many(layers, (layer) => many(experts, (expert) => topTokens(layer, expert))),
        },
      ]),
    ) as RoutingPart['vocabulary'],
  };
}

function similarityPart(model: PretendedModel, step: number): SimilarityPart {
  const { layers, experts } = model;
  const pes = many(layers, (layer) => 0.02 + 0.01 * layer + 0.0004 * step);
  const view = (layer: number, expert: number) => ({
    expert,
    tokens: slots(layer, expert),
    top: topTokens(layer, expert),
    domains: [{ name: 'prose', share: 0.6 }],
  });
  const pair = (layer: number, i: number, j: number, cosine: number) => ({
    experts: [i, j] as [number, number],
    cosine,
    views: [view(layer, i), view(layer, j)] as [ReturnType<typeof view>, ReturnType<typeof view>],
  });
  return {
    step,
    tokens: 2048,
    layers,
    experts,
    pes,
    standardError: many(layers, () => 0.001),
    sequences: 16,
    sequenceStandardError: many(layers, () => 0.002),
    interval: pes.map((value) => [value - 0.002, value + 0.002]),
    minimum: Math.min(...pes),
    cosines: cube(model, (layer, i, j) =>
      i === j ? 1 : pes[layer]! + 0.2 * (noise(layer, Math.min(i, j), Math.max(i, j)) - 0.5),
    ),
    most: many(layers, (layer) => [pair(layer, 0, 1, 0.4)]),
    least: many(layers, (layer) => [pair(layer, 1, experts - 1, -0.1)]),
  };
}

function geometryPart(model: PretendedModel, step: number, first: boolean): GeometryPart {
  const { layers, experts, width } = model;
  const perLayer = (base: number) => many(layers, (layer) => base * (1 + layer / 10));
  const gram = cube(model, (layer, i, j) => (i === j ? 1 : 0.1 * (noise(layer, Math.min(i, j), Math.max(i, j)) - 0.5)));
  return {
    step,
    layers,
    experts,
    gram,
    cosine: gram.slice(),
    singularValues: many(layers, () => many(Math.min(width, experts), (index) => 1.2 - 0.02 * index)),
    norms: many(layers, (layer) => many(experts, (expert) => 0.9 + 0.2 * noise(layer, expert))),
    load: many(layers, (layer) => many(experts, (expert) => slots(layer, expert) / 9000)),
    normLoadCorrelation: many(layers, (layer) => (layer === 0 ? null : 0.3 + 0.1 * layer)),
    drift: first ? null : { relative: perLayer(0.05), cosine: perLayer(0.8) },
    orthogonality: { l1: perLayer(3), meanSquare: perLayer(1e-3), direction: perLayer(5e-4) },
  };
}

function lensPart({ layers, experts, active }: PretendedModel, step: number): LensPart {
  const text = 'a little text';
  const n = text.length;
  return {
    step,
    tokens: [...text].map((character) => ({ id: character.charCodeAt(0), text: character })),
    cut: 0,
    layers,
    active,
    losses: Float64Array.from({ length: n }, (_, at) => (at === n - 1 ? Number.NaN : 1 + 3 * noise(at))),
    predicted: many(n, (at) => ({ id: 101, text: at % 2 ? 'e' : ' ' })),
    chosen: Int32Array.from({ length: layers * n * active }, (_, at) => (at * 5) % experts),
    probabilities: Float64Array.from({ length: layers * n * active }, (_, at) => 0.5 / (1 + (at % active))),
  };
}

function pruningPart(model: PretendedModel, step: number, setting: PruningSetting, index: number): PruningPart {
  const { layers, experts, active } = model;
  const loss = lossAt(step) + 0.05 * index;
  const blocks = Float64Array.from(
    { length: 16 },
    (_, block) => loss + 0.1 * (noise(block) - 0.5) + 0.004 * noise(index, block),
  );
  const mask = setting.method === 'drop-top';
  const unpruned = { median: 20_000, low: 19_000, high: 21_000 };
  const faster = (tokens: number) => tokens * (1 + 0.02 * index);
  return {
    step,
    setting,
    kind: mask ? 'mask' : 'pruned',
    tokens: 2048,
    loss,
    perplexity: Math.exp(loss),
    blocks,
    domains: { prose: { loss, tokens: 2048 } },
    counts: matrix(model, slots),
    layers,
    experts,
    activeExperts: setting.method === 'fewer-active' ? setting.active : active - 0.1 * (index % 5),
    kept: setting.method === 'remove' ? many(layers, () => many(experts - 2, (expert) => expert)) : null,
    scores: setting.method === 'remove' ? matrix(model, noise) : null,
    bytes: 14_000_000 - 100_000 * index,
    parameters: 3_500_000 - 25_000 * index,
    flopsPerToken: 1_400_000 - 10_000 * index,
    seconds: mask ? null : 2 - 0.02 * index,
    throughput: mask
      ? null
      : [1, 8].map((batch) => ({
          batch,
          tokensPerSecond: {
            median: faster(unpruned.median),
            low: faster(unpruned.low),
            high: faster(unpruned.high),
          },
          unpruned,
        })),
    exported: null,
    notExported: null,
    calibrationTokens: setting.method === 'remove' || setting.method === 'merge' ? 2048 : null,
  };
}
