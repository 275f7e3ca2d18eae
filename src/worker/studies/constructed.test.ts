// Studies of models whose weights are written so that every measure is known: routers that read nothing but the token, routers that
// read nothing, experts that are equal, and experts whose outputs never meet.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GeometryPart } from '../../shared/studies/geometry.ts';
import type { LensPart } from '../../shared/studies/lens.ts';
import type { RoutingPart } from '../../shared/studies/routing.ts';
import type { SimilarityPart } from '../../shared/studies/similarity.ts';
import type { StudyRequestInput } from '../../shared/studies/study.ts';
import { exampleFolder } from '../train/example-run.testing.ts';
import { constructedCheckpoint, eventsOfStudy, partsOf, studyJob } from './example-study.testing.ts';

const [D, E, L] = [16, 4, 2];
let example: Awaited<ReturnType<typeof exampleFolder>>;
beforeAll(async () => {
  example = await exampleFolder();
});
afterAll(() => example.remove());

/**
 * The residual stream stays the embedding: attention and experts add nothing. Token t has the unit vector t mod E, which the router
 * sends to the experts t + shift and t + shift + 1 (mod E), and which the head takes for the token t mod E.
 */
const readingTheToken = (shift: number) => (name: string, value: Float32Array) => {
  if (/output|down/.test(name)) value.fill(0);
  if (/router|embedding|head/.test(name)) value.fill(0);
  if (name === 'embedding') for (let token = 0; token < value.length / D; token++) value[token * D + (token % E)] = 1;
  if (name === 'head') for (let token = 0; token < E; token++) value[token * D + token] = 1;
  if (name.endsWith('router')) {
    for (let expert = 0; expert < E; expert++) {
      value[expert * E + ((expert + shift) % E)] = 1;
      value[expert * E + ((expert + shift + 1) % E)] = 0.5;
    }
  }
};

const routing = (steps: number[]) => ({ kind: 'routing', run: 'run', steps, tokens: 640, topTokens: 3 }) as const;

test('routers that read the token: every measure by hand', async () => {
  const first = await constructedCheckpoint(example.folder, 1, readingTheToken(0));
  const second = await constructedCheckpoint(example.folder, 2, readingTheToken(1));
  const [one, two] = partsOf<RoutingPart>(
    await eventsOfStudy(studyJob(example.folder, routing([1, 2]), [first, second])),
  );
  expect(one!.tokens).toBe(640);
  // {t, t+1} and {t+1, t+2} share one of two.
  expect(one!.saturation).toEqual([0.5, 0.5]);
  expect(two!.saturation).toEqual([1, 1]);
  expect(one!.switchRate).toBeNull();
  expect(two!.switchRate).toEqual([0.5, 0.5]);
  const at = (i: number, j: number) => one!.together[i * E + j]!;
  for (let i = 0; i < E; i++) {
    // Two experts apart are never chosen together; each is chosen with both its neighbours and no one else.
    expect(at(i, (i + 2) % E)).toBe(0);
    expect(at(i, (i + 1) % E) + at(i, (i + 3) % E)).toBe(at(i, i));
    expect(at(i, i)).toBe(one!.counts[i]);
  }
  expect(one!.counts.reduce((sum, count) => sum + count, 0)).toBe(L * 2 * 640);
  // A token always goes to the same experts.
  expect([...one!.vocabulary.input.specialisation]).toEqual(new Array(L * E).fill(1));
  expect([...one!.vocabulary.predicted.specialisation]).toEqual(new Array(L * E).fill(1));
  expect(one!.vocabulary.predicted.top[0]![0]!.map(({ token, share }) => ({ token, share }))).toEqual(
    expect.arrayContaining([
      { token: 0, share: 1 },
      { token: 3, share: 1 },
    ]),
  );
  expect([...one!.vocabulary.target.specialisation].every((value) => value > 0 && value < 1)).toBe(true);
  // The second layer sees the same stream.
  expect([...one!.together.subarray(E * E)]).toEqual([...one!.together.subarray(0, E * E)]);
  const { names, tokens, slots } = one!.domains;
  expect(names).toEqual(['few', 'many']);
  expect(tokens[0]! + tokens[1]!).toBe(640);
  const perDomain = names.map((_, domain) => slots.filter((_, index) => index % 2 === domain));
  expect(perDomain.map((all) => all.reduce((sum, count) => sum + count, 0))).toEqual(tokens.map((n) => n * 2 * L));
});

test('a router that has collapsed', async () => {
  // All scores are equal, and of equal scores the lower experts win; so do the lower tokens.
  const collapsed = await constructedCheckpoint(example.folder, 3, (name, value) => {
    if (name.endsWith('router') || name === 'head') value.fill(0);
  });
  const [part] = partsOf<RoutingPart>(await eventsOfStudy(studyJob(example.folder, routing([3]), [collapsed])));
  const n = part!.tokens;
  expect([...part!.counts]).toEqual([n, n, 0, 0, n, n, 0, 0]);
  expect([...part!.together.subarray(0, E * E)]).toEqual([n, n, 0, 0, n, n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(part!.saturation).toEqual([1, 1]);
  const { specialisation, top } = part!.vocabulary.input;
  expect([...specialisation]).toEqual([1, 1, Number.NaN, Number.NaN, 1, 1, Number.NaN, Number.NaN]);
  expect(top[0]![2]).toEqual([]);
  // The commonest token is the surest of the fully specialised.
  expect(top[0]![0]![0]).toMatchObject({ token: 32, text: '␣', share: 1 });
  expect(part!.vocabulary.predicted.top[0]![0]).toEqual([{ token: 0, count: n, share: 1, text: '␀' }]);
  const geometry: StudyRequestInput = { kind: 'geometry', run: 'run', steps: [3], tokens: 64 };
  const [flat] = partsOf<GeometryPart>(await eventsOfStudy(studyJob(example.folder, geometry, [collapsed])));
  expect(flat!.load).toEqual([
    [0.5, 0.5, 0, 0],
    [0.5, 0.5, 0, 0],
  ]);
  expect(flat!.singularValues).toEqual(new Array(L).fill([0, 0, 0, 0]));
  expect(flat!.normLoadCorrelation).toEqual([null, null]);
  // RᵀR is 0: its distance from I is that of the E ones.
  expect(flat!.orthogonality).toEqual({ l1: [E, E], meanSquare: [1 / E, 1 / E], direction: [1 / E, 1 / E] });
});

test('is it scale or direction: orthogonal columns of other lengths', async () => {
  const before = await constructedCheckpoint(example.folder, 4, readingTheToken(0));
  const scaled = await constructedCheckpoint(example.folder, 5, (name, value) => {
    readingTheToken(0)(name, value);
    if (!name.endsWith('router')) return;
    value.fill(0);
    for (let expert = 0; expert < E; expert++) value[expert * E + expert] = expert + 1;
  });
  const request: StudyRequestInput = { kind: 'geometry', run: 'run', steps: [4, 5], tokens: 640 };
  const job = studyJob(example.folder, request, [before, scaled]);
  const [first, part] = partsOf<GeometryPart>(await eventsOfStudy(job));
  expect(first!.drift).toBeNull();
  expect(part!.norms[0]).toEqual([1, 2, 3, 4]);
  expect(part!.singularValues[0]).toEqual([4, 3, 2, 1]);
  expect(part!.orthogonality.direction).toEqual([0, 0]);
  // Σ (e² − 1)² and Σ |e² − 1| for e = 1 … 4.
  expect(part!.orthogonality.meanSquare[0]).toBe((0 + 9 + 64 + 225) / 16);
  expect(part!.orthogonality.l1[0]).toBe(0 + 3 + 8 + 15);
  // Columns (1, ½) against (e, 0): a cosine of 2/√5.
  expect(part!.drift!.cosine[0]).toBeCloseTo(2 / Math.sqrt(5), 12);
  // ‖R − R′‖² = Σ (e − 1)² + 4·¼ = 15 and ‖R′‖² = 4·1.25.
  expect(part!.drift!.relative[0]).toBeCloseTo(Math.sqrt(15 / 5), 12);
  expect(Array.from(part!.gram.subarray(0, E * E))).toEqual([1, 0, 0, 0, 0, 4, 0, 0, 0, 0, 9, 0, 0, 0, 0, 16]);
});

const similarity = { kind: 'similarity', run: 'run', tokens: 256, pairs: 2, topTokens: 2 } as const;

test('identical experts have PES 1, and those that write to different places 0', async () => {
  const fixed = new Map<string, Float32Array>();
  const identical = await constructedCheckpoint(example.folder, 6, (name, value) => {
    const [, part] = /experts\.\d+\.(gate|up|down)/.exec(name) ?? [];
    if (!part) return;
    const first = fixed.get(part) ?? value.slice();
    fixed.set(part, first);
    value.set(first);
  });
  const apart = await constructedCheckpoint(example.folder, 7, (name, value) => {
    const [, expert] = /experts\.(\d)\.down/.exec(name) ?? [];
    if (!expert) return;
    for (let index = 0; index < value.length; index++) if ((index % D) % E !== Number(expert)) value[index] = 0;
  });
  const request = { ...similarity, steps: [6, 7] };
  const [same, none] = partsOf<SimilarityPart>(
    await eventsOfStudy(studyJob(example.folder, request, [identical, apart])),
  );
  for (const pes of same!.pes) expect(pes).toBeCloseTo(1, 5);
  for (const pes of none!.pes) expect(pes).toBeCloseTo(0, 6);
  expect(same!.sequences).toBe(16);
  for (const error of same!.sequenceStandardError) expect(error).toBeLessThan(1e-6);
  for (const [layer, [low, high]] of none!.interval.entries()) {
    expect(low - 1e-7).toBeLessThanOrEqual(none!.pes[layer]!);
    expect(high + 1e-7).toBeGreaterThanOrEqual(none!.pes[layer]!);
  }
  for (const pairs of [...same!.most, ...same!.least]) expect(pairs).toHaveLength(2);
});

test('one pair of twins is found, and what they see', async () => {
  const fixed = new Map<string, Float32Array>();
  const twins = await constructedCheckpoint(example.folder, 8, (name, value) => {
    const [, expert, part] = /layers\.1\.experts\.(\d)\.(gate|up|down)/.exec(name) ?? [];
    if (!part) return readingTheToken(0)(name, value);
    if (expert === '1') fixed.set(part, value.slice());
    if (expert === '3') value.set(fixed.get(part)!);
  });
  const request = { ...similarity, steps: [8] };
  const [part] = partsOf<SimilarityPart>(await eventsOfStudy(studyJob(example.folder, request, [twins])));
  const [closest] = part!.most[1]!;
  expect(closest!.experts).toEqual([1, 3]);
  expect(closest!.cosine).toBeCloseTo(1, 5);
  // The first layer's experts say nothing: a vector of zeros is orthogonal to all.
  expect(part!.pes[0]).toBe(0);
  const [view] = closest!.views;
  expect(view.tokens).toBeGreaterThan(0);
  expect(view.top.every(({ token, share }) => [0, 1].includes(token % E) && share === 1)).toBe(true);
  expect(view.domains.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
});

test('the lens shows each token of a text with its experts', async () => {
  const checkpoint = await constructedCheckpoint(example.folder, 9, readingTheToken(0));
  const lens = async (source: { from: 'text'; text: string } | { from: 'validation'; position: number }) => {
    const request = { kind: 'lens', run: 'run', step: 9, source } as const;
    const [part] = partsOf<LensPart>(await eventsOfStudy(studyJob(example.folder, request, [checkpoint])));
    return part!;
  };
  const part = await lens({ from: 'text', text: 'A é\n' });
  expect(part.tokens.map(({ text }) => text)).toEqual(['A', '␣', '\\xC3', '\\xA9', '␊']);
  expect(part.cut).toBe(0);
  const classes = part.tokens.map(({ id }) => id % E);
  expect(part.predicted.map(({ id }) => id)).toEqual(classes);
  expect([...part.chosen]).toEqual([...classes, ...classes].flatMap((first) => [first, (first + 1) % E]));
  // Logits 4, 2, 0, 0: RMSNorm makes the unit vector √D = 4 long.
  const total = Math.exp(4) + Math.exp(2) + 2;
  for (const [index, probability] of part.probabilities.entries()) {
    expect(probability).toBeCloseTo(Math.exp(index % 2 === 0 ? 4 : 2) / total, 5);
  }
  // The head gives 4 to the token's class id and 0 to the other 256.
  const normaliser = Math.log(Math.exp(4) + 256);
  expect(part.losses.subarray(0, 4).every((loss) => Math.abs(loss - normaliser) < 1e-4)).toBe(true);
  expect(part.losses.at(-1)).toBeNaN();

  const long = await lens({ from: 'text', text: 'x'.repeat(20) });
  expect([long.tokens.length, long.cut]).toEqual([16, 4]);
  expect(long.losses.at(-1)).toBeCloseTo(normaliser, 4);
  const stretch = await lens({ from: 'validation', position: 3 });
  expect([stretch.tokens.length, stretch.cut]).toEqual([16, 0]);
  await expect(lens({ from: 'validation', position: 1e9 })).rejects.toThrow(
    /^source.position is 1000000000, and the validation split of "example" has the tokens 0 to \d+\.$/,
  );
});
