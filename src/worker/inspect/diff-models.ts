// What changed between two checkpoints, A and B: experts are matched first, because a model means the same when two of them
// have changed places, then routers, experts and everything else is compared part by part. Events in the order of the layers.
import { setImmediate } from 'node:timers/promises';
import {
  type DifferenceEvent,
  type Drift,
  expertMatrices,
  type LayerDrift,
  type Part,
} from '../../shared/inspection.ts';
import { bestAssignment } from './assignment.ts';
import { type Biases, comparableBiases, rowsDrift } from './diff-biases.ts';
import { DriftSum } from './drift.ts';
import { expertLength, fingerprintExpert } from './inspect-experts.ts';
import { type MoeLayer, readExpertMatrix, readRouter } from './moe-layers.ts';
import { type OpenedModel, openModel } from './open-model.ts';
import { layerOf } from './parts.ts';
import { principalAngles } from './principal-angles.ts';
import { cosine, type Fingerprint, similarityMethod, sketchError } from './similarity.ts';

export interface DifferenceOptions {
  signal?: AbortSignal;
}

const mostChanged = 20;
const maximumReasons = 50;

/**
 * @param a and `b` one model each, as `groupPaths` groups them; drift is measured from A to B
 * @throws LabError 'checkpoint' for a file that is refused; the signal's reason when it aborts
 */
export async function* diffModels(
  a: readonly string[],
  b: readonly string[],
  { signal }: DifferenceOptions = {},
): AsyncGenerator<DifferenceEvent> {
  const first = await openModel(a, signal);
  try {
    const second = await openModel(b, signal);
    try {
      yield* compare(new Pair(first, second, signal));
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

class Pair {
  readonly a: OpenedModel;
  readonly b: OpenedModel;
  readonly signal: AbortSignal | undefined;
  readonly reasons: string[] = [];
  readonly changes: { name: string; part: Part; layer: number | null; drift: Drift }[] = [];
  readonly drifts = new Map<number | null, Partial<Record<Part, DriftSum>>>();

  constructor(a: OpenedModel, b: OpenedModel, signal: AbortSignal | undefined) {
    this.a = a;
    this.b = b;
    this.signal = signal;
  }

  /** A sum for one tensor (or expert), counted towards its part of its layer. */
  count(name: string, part: Part, layer: number | null, sum: DriftSum): void {
    const parts = this.drifts.get(layer) ?? {};
    this.drifts.set(layer, parts);
    parts[part] ??= new DriftSum();
    parts[part].merge(sum);
    this.changes.push({ name, part, layer, drift: sum.result });
    if (this.changes.length > 4 * mostChanged) this.#keepLargest();
  }

  #keepLargest(): void {
    this.changes.sort((x, y) => changeOf(y.drift) - changeOf(x.drift) || 0).splice(mostChanged);
  }

  get largest(): Pair['changes'] {
    this.#keepLargest();
    return this.changes;
  }

  progress(): DifferenceEvent {
    const total = this.a.outline.bytes + this.b.outline.bytes;
    const read = this.a.weights.bytesRead + this.b.weights.bytesRead;
    return { type: 'progress', done: Math.min(Math.round(read), total), total };
  }

  async pause(): Promise<void> {
    await setImmediate();
    this.signal?.throwIfAborted();
  }
}

/** What was zero and is not changed more than anything that was something. */
const changeOf = ({ relative, elements }: Drift): number => relative ?? (elements > 0 ? Number.POSITIVE_INFINITY : 0);

async function* compare(pair: Pair): AsyncGenerator<DifferenceEvent> {
  const { a, b } = pair;
  yield { type: 'outlines', a: a.outline, b: b.outline };
  yield { type: 'recognitions', a: a.recognition, b: b.recognition };
  const shared = comparableLayers(pair);
  const others = comparableTensors(pair, shared.length > 0);
  const biases = new Map(shared.map(([left, right]) => [left, comparableBiases(pair, left, right)]));
  if (pair.reasons.length > 0) yield { type: 'incomparable', reasons: pair.reasons.slice(0, maximumReasons) };
  for (const [left, right] of shared) {
    yield* compareLayer(pair, left, right, biases.get(left)!);
  }
  for (const name of others) {
    await pair.pause();
    const sum = new DriftSum();
    const right = b.weights.pieces(name);
    for await (const piece of a.weights.pieces(name)) sum.add(piece, (await right.next()).value as Float32Array);
    pair.count(name, a.partOf(name), layerOf(name), sum);
  }
  for (const [layer, sums] of [...pair.drifts].sort(([x], [y]) => (x ?? -1) - (y ?? -1))) {
    const entries = Object.entries(sums).map(([part, sum]) => [part, sum.result]);
    yield { type: 'layer-drift', drift: { layer, parts: Object.fromEntries(entries) as LayerDrift['parts'] } };
  }
  yield { type: 'most-changed', tensors: pair.largest };
  yield { type: 'done' };
}

function comparableLayers({ a, b, reasons }: Pair): [MoeLayer, MoeLayer][] {
  const right = new Map(b.layout.layers.map((layer) => [layer.layer, layer]));
  const known = new Set(a.layout.layers.map(({ layer }) => layer));
  for (const layer of right.keys()) {
    if (!known.has(layer)) reasons.push(`Layer ${layer} has a router in B and none in A.`);
  }
  return a.layout.layers.flatMap((left): [MoeLayer, MoeLayer][] => {
    const other = right.get(left.layer);
    if (!other) {
      reasons.push(`Layer ${left.layer} has a router in A and none in B.`);
      return [];
    }
    const shape = (layer: MoeLayer) =>
      `${layer.experts} experts of ${expertLength(layer)} weights at width ${layer.router.width}`;
    if (shape(left) === shape(other)) return [[left, other]];
    reasons.push(`Layer ${left.layer} has ${shape(left)} in A and ${shape(other)} in B.`);
    return [];
  });
}

/** Tensors outside of routers and experts that both have under one name and in one shape. */
function comparableTensors({ a, b, reasons }: Pair, mixtures: boolean): string[] {
  const names: string[] = [];
  for (const { name, shape, from } of a.weights.tensors.values()) {
    // Routers and experts are compared by what they are.
    if (mixtures && ['router', 'experts'].includes(a.partOf(name))) continue;
    const other = b.weights.tensors.get(name);
    if (!other) reasons.push(`${name} is in A alone.`);
    else if (String(other.shape) !== String(shape))
      reasons.push(`${name} is [${shape}] in A and [${other.shape}] in B.`);
    else if (from[0]!.dtype !== 'C64' && other.from[0]!.dtype !== 'C64') names.push(name);
  }
  for (const name of b.weights.tensors.keys()) {
    if (!a.weights.tensors.has(name) && !['router', 'experts'].includes(b.partOf(name)))
      reasons.push(`${name} is in B alone.`);
  }
  return names;
}

async function* compareLayer(
  pair: Pair,
  left: MoeLayer,
  right: MoeLayer,
  biases: readonly Biases[],
): AsyncGenerator<DifferenceEvent> {
  const { a, b } = pair;
  const { layer, experts: E } = left;
  // Both models' experts are in memory at once.
  const method = similarityMethod(2 * E, expertLength(left));
  const [of, to]: [Fingerprint[], Fingerprint[]] = [[], []];
  for (let expert = 0; expert < E; expert++) {
    of.push(await fingerprintExpert(a.weights, left, expert, method));
    to.push(await fingerprintExpert(b.weights, right, expert, method));
    await pair.pause();
    yield pair.progress();
  }
  const scores = of.map((vector) => to.map((other) => cosine(vector, other)));
  const match = bestAssignment(scores);
  const all = new DriftSum();
  for (const [expert, other] of match.entries()) {
    const sum = await expertDrift(pair, left, expert, right, other);
    all.merge(sum);
    pair.count(`layer ${layer}, expert ${expert}${expert === other ? '' : ` (${other} in B)`}`, 'experts', layer, sum);
    await pair.pause();
    yield pair.progress();
  }
  const moved = match.filter((other, expert) => other !== expert).length;
  const cosines = match.map((other, expert) => scores[expert]![other]!);
  yield {
    type: 'matching',
    matching: { layer, match, cosines, moved, method, error: sketchError(method), drift: all.result },
  };
  yield { type: 'router-drift', router: await compareRouters(pair, left, right, match) };
  for (const { part, a: of, b: to } of biases) pair.count(of, part, layer, await rowsDrift(pair, of, to, match));
}

async function expertDrift(
  { a, b }: Pair,
  left: MoeLayer,
  expert: number,
  right: MoeLayer,
  other: number,
): Promise<DriftSum> {
  const sum = new DriftSum();
  const [from, to] = [left.matrices[expert], right.matrices[other]];
  if (!from || !to) return sum;
  for (const name of expertMatrices) {
    sum.add(await readExpertMatrix(a.weights, from[name]), await readExpertMatrix(b.weights, to[name]));
  }
  return sum;
}

async function compareRouters(pair: Pair, left: MoeLayer, right: MoeLayer, match: readonly number[]) {
  const { experts: E, width: D } = left.router;
  const [vectors, others] = [await readRouter(pair.a.weights, left), await readRouter(pair.b.weights, right)];
  const matched = new Float32Array(others.length);
  for (const [expert, other] of match.entries()) matched.set(others.subarray(other * D, (other + 1) * D), expert * D);
  const total = new DriftSum();
  const cosines = match.map((_, expert) => {
    const sum = new DriftSum();
    sum.add(vectors.subarray(expert * D, (expert + 1) * D), matched.subarray(expert * D, (expert + 1) * D));
    total.merge(sum);
    return sum.result.cosine ?? 0;
  });
  pair.count(left.router.tensor, 'router', left.layer, total);
  const finite = vectors.every(Number.isFinite) && matched.every(Number.isFinite);
  const angles = E <= D && finite ? principalAngles(vectors, matched, E, D) : null;
  return { layer: left.layer, principalAngles: angles, drift: total.result, cosines };
}
