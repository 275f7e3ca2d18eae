// Stores with anything in them that a lab can have written: for tests alone.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { configurationFromPreset } from '../../../shared/config/index.ts';
import { pretendedParts } from '../../../shared/studies/pretended-parts.testing.ts';
import { studyRequestSchema } from '../../../shared/studies/study.ts';
import type { Evaluation, StepMetrics } from '../../../shared/worker-messages.ts';
import type { RunRow, Store } from '../../store/index.ts';
import { sampleCorpus, sampleStart } from '../../store/sample-data.ts';
import { studyHash } from '../studies/study-hash.ts';

const hostile = [
  '<script>',
  '"quoted"',
  '\u202Eevil',
  '=HYPERLINK("x")',
  'CON',
  '../..',
  'a,b\nc',
  '\0',
  '__proto__',
  '$number',
];
const name = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }));
const number = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 5e-324, Number.MAX_VALUE),
);
const metrics = [
  'loss',
  'crossEntropy',
  'zLoss',
  'gradientNorm',
  'learningRate',
  'tokensPerSecond',
  'maxLoad',
] as const;

const step = fc.record({
  gap: fc.integer({ min: 1, max: 1000 }),
  fields: fc.tuple(...metrics.map(() => number)),
  terms: fc.dictionary(fc.constantFrom('simbal', 'lbl-sequence', 'loss-free-bias'), number),
});
const run = fc.record({
  ...{ name, note: fc.string({ unit: 'binary' }), tags: fc.array(name, { maxLength: 3 }) },
  objective: fc.constantFrom(
    [],
    [{ kind: 'simbal', coefficient: 0.1 }],
    [{ kind: 'lbl-micro-batch', coefficient: 0.01 }],
  ),
  seed: fc.integer({ min: 0, max: 1000 }),
  fork: fc.boolean(),
  status: fc.constantFrom('queued', 'paused', 'stopped', 'completed', 'failed'),
  segments: fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 3 }),
  evaluations: fc.array(
    fc.record({ values: fc.array(number, { minLength: 8, maxLength: 8 }), measured: fc.boolean(), domain: name }),
  ),
  events: fc.array(fc.record({ kind: name, message: fc.string({ unit: 'binary' }), data: fc.jsonValue() })),
  checkpoint: fc.option(fc.uint8Array({ maxLength: 50 })),
  study: fc.boolean(),
});

export const randomExperiments = fc.array(
  fc.record({ ...{ name, note: fc.string({ unit: 'binary' }) }, runs: fc.array(run, { minLength: 1, maxLength: 3 }) }),
  { minLength: 1, maxLength: 2 },
);

type Experiments = typeof randomExperiments extends fc.Arbitrary<infer Value> ? Value : never;
type Run = Experiments[number]['runs'][number];

/** @returns ids of the runs */
export function fill(store: Store, experiments: Experiments): string[] {
  store.corpora.add({ ...sampleCorpus, hash: 'd4' }, []);
  const ids: string[] = [];
  for (const { runs, ...more } of experiments) {
    const experiment = store.experiments.create(more).id;
    for (const one of runs) ids.push(fillRun(store, experiment, one, one.fork ? ids.at(-1) : undefined));
  }
  return ids;
}

function fillRun(store: Store, experiment: string, wanted: Run, parent: string | undefined): string {
  const configuration = configurationFromPreset('nano', {
    ...{ corpus: 'stories', name: 'random', objective: wanted.objective as never },
    seeds: { init: wanted.seed, data: wanted.seed },
  });
  const place = parent === undefined ? null : { run: parent, step: store.metrics.last(parent)?.step ?? 0 };
  const row = store.runs.create({ experiment, name: wanted.name, configuration, corpusHash: 'd4', parent: place });
  store.runs.annotate(row.id, { note: wanted.note, tags: wanted.tags });
  let from = place?.step ?? 0;
  let newest: number | null = null;
  for (const [index, steps] of wanted.segments.entries()) {
    newest = store.segments.begin(row.id, { fromStep: from, start: { ...sampleStart, step: from } }).id;
    let at = from;
    const points = steps.map(({ gap, fields, terms }): StepMetrics => {
      at += gap;
      const named = Object.fromEntries(metrics.map((metric, place) => [metric, fields[place]!]));
      return { step: at, tokens: at * 512, seconds: at / 3, ...named, terms } as unknown as StepMetrics;
    });
    store.metrics.append(newest, points);
    // The next one goes on from somewhere before its end, as after a crash.
    from = points[Math.floor(points.length / 2)]?.step ?? from;
    store.segments.end(newest, { outcome: index % 2 ? 'interrupted' : 'paused', step: at });
  }
  if (newest !== null) fillSegment(store, row, newest, wanted);
  store.runs.setStatus(row.id, wanted.status as RunRow['status']);
  for (const event of wanted.events) store.events.add(row.id, { step: null, ...event });
  return row.id;
}

function fillSegment(store: Store, { id, configuration }: RunRow, segment: number, wanted: Run): void {
  const { layers, experts } = configuration.model;
  for (const [at, { values, measured, domain }] of wanted.evaluations.entries()) {
    store.evaluations.add(segment, evaluationOf(at, values, domain, measured ? { layers, experts } : null));
  }
  if (!wanted.checkpoint) return;
  const folder = join(store.paths.checkpoints, id, 'step-00000007');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), wanted.checkpoint);
  const hashes = { 'model.safetensors': createHash('sha256').update(wanted.checkpoint).digest('hex') };
  const checkpoint = store.checkpoints.add(segment, { step: 7, folder, hashes, bytes: wanted.checkpoint.length });
  if (!wanted.study) return;
  const request = studyRequestSchema.parse({ kind: 'geometry', run: id, steps: [7] });
  const study = store.studies.create({ run: id, request, hash: studyHash(request, [checkpoint]) });
  for (const part of pretendedParts(request, configuration.model)) store.studies.appendPart(study.id, part);
  store.studies.setStatus(study.id, 'completed');
}

function evaluationOf(
  step: number,
  values: readonly number[],
  domain: string,
  model: { layers: number; experts: number } | null,
): Evaluation {
  const at = (index: number) => values[index % values.length]!;
  const perLayer = (shift: number) => Array.from({ length: model?.layers ?? 0 }, (_, layer) => at(layer + shift));
  const square = (size: number) =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => at(i + j)));
  return {
    ...{ step, tokens: at(0), seconds: at(1), cost: at(2), loss: at(3), perplexity: at(4), evaluatedTokens: at(5) },
    domains: Object.fromEntries([[domain, { loss: at(6), tokens: at(7) }]]),
    routing: model && {
      counts: Array.from({ length: model.layers }, () => square(model.experts)[0]!),
      ...{ uniqueExperts: perLayer(0), uniqueExpertsPooled: at(1), sequenceExpertUtilization: perLayer(2) },
      ...{ entropy: perLayer(3), maxViolation: perLayer(4), gini: perLayer(5) },
      ...{ orthogonalityMeanSquare: perLayer(6), orthogonalityL1: perLayer(7) },
    },
    similarity: model && {
      ...{ tokens: 64, pes: perLayer(0), standardError: perLayer(1), minimum: at(2) },
      pairs: Array.from({ length: model.layers }, () => square(model.experts)),
    },
  };
}
