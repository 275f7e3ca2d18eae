// Studies of a run that this project trained, on every engine, against what PyTorch in float64 reads out of the same files.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EngineKind } from '../src/shared/config/schema.ts';
import type { GeometryPart } from '../src/shared/studies/geometry.ts';
import type { LensPart } from '../src/shared/studies/lens.ts';
import { type RoutingPart, vocabularies } from '../src/shared/studies/routing.ts';
import type { SimilarityPart } from '../src/shared/studies/similarity.ts';
import { type StudyRequestInput, studyRequestSchema } from '../src/shared/studies/study.ts';
import { readState } from '../src/worker/checkpoint/checkpoint-state.ts';
import { runStudy } from '../src/worker/studies/run-study.ts';
import { engines } from './engines.ts';
import { relativeError, studyFixture } from './fixtures.ts';

const folder = join(import.meta.dirname, 'fixtures', 'studies');
const { tokens, topTokens, parts, lens } = studyFixture();
const steps = parts.map(({ step }) => step);
const folderOf = (step: number) => join(folder, `step-${step}`);
const { state } = await readState(join(folderOf(steps[0]!), 'state.json'));

async function resultsOf<Part>(kind: EngineKind, input: StudyRequestInput): Promise<Part[]> {
  const request = studyRequestSchema.parse(input);
  const wanted = 'steps' in request ? request.steps : [request.step];
  const job = {
    study: 'agreement',
    request,
    configuration: { ...state.configuration, engine: { kind, threads: 2 } },
    corpus: join(folder, 'corpus'),
    checkpoints: wanted.map((step) => ({ step, folder: folderOf(step) })),
    stored: [],
    exports: '',
    threads: 2,
  };
  const found: Part[] = [];
  for await (const event of runStudy(job, new AbortController().signal)) {
    if (event.type === 'study-part') found.push(event.part.result as Part);
  }
  return found;
}

const close = (actual: ArrayLike<number> | number, expected: ArrayLike<number> | number, what: string) =>
  expect(relativeError(actual, expected), what).toBeLessThan(1e-5);

for (const { name, available } of engines) {
  const kind = name as EngineKind;
  describe.skipIf(!available)(`${name} against PyTorch float64`, () => {
    test('routing', async () => {
      const found = await resultsOf<RoutingPart>(kind, { kind: 'routing', run: 'run', steps, tokens, topTokens });
      expect(found.map(({ step }) => step)).toEqual(steps);
      for (const [index, part] of found.entries()) {
        const expected = parts[index]!.routing;
        close(part.loss, expected.loss, 'loss');
        expect(part.counts).toEqual(expected.counts.data);
        expect(part.together).toEqual(expected.together.data);
        close(part.saturation, expected.saturation, 'saturation');
        if (expected.switchRate === null) expect(part.switchRate).toBeNull();
        else close(part.switchRate!, expected.switchRate, 'switch rate');
        expect(part.domains.tokens).toEqual([...expected.domainTokens.data]);
        expect(part.domains.slots).toEqual(expected.domainSlots.data);
        for (const vocabulary of vocabularies) {
          const { specialisation, top } = part.vocabulary[vocabulary];
          close(specialisation, expected.vocabulary[vocabulary].specialisation.data, vocabulary);
          expect(top).toMatchObject(expected.vocabulary[vocabulary].top);
        }
      }
    });

    test('similarity', async () => {
      const found = await resultsOf<SimilarityPart>(kind, { kind: 'similarity', run: 'run', steps, tokens, pairs: 1 });
      for (const [index, part] of found.entries()) {
        const expected = parts[index]!.similarity;
        for (const measure of ['pes', 'standardError', 'sequenceStandardError', 'cosines'] as const) {
          close(part[measure], expected[measure].data, measure);
        }
        const halves = part.interval.map(([low, high]) => (high - low) / 2);
        close(halves, expected.halfInterval.data, 'interval');
        expect(part.most.map(([pair]) => pair!.experts)).toEqual(expected.most);
        expect(part.least.map(([pair]) => pair!.experts)).toEqual(expected.least);
      }
    });

    test('geometry', async () => {
      const found = await resultsOf<GeometryPart>(kind, { kind: 'geometry', run: 'run', steps, tokens });
      for (const [index, part] of found.entries()) {
        const expected = parts[index]!.geometry;
        close(part.gram, expected.gram.data, 'gram');
        close(part.cosine, expected.cosine.data, 'cosine');
        close(part.singularValues.flat(), expected.singularValues.data, 'singular values');
        close(part.norms.flat(), expected.norms.data, 'norms');
        close(part.load.flat(), expected.load.data, 'load');
        close(part.normLoadCorrelation as number[], expected.normLoadCorrelation.data, 'correlation');
        close(part.drift?.relative ?? [], expected.drift?.relative ?? [], 'drift');
        close(part.drift?.cosine ?? [], expected.drift?.cosine ?? [], 'cosine of the drift');
        close(part.orthogonality.l1, expected.l1.data, 'L1');
        close(part.orthogonality.meanSquare, expected.meanSquare.data, 'mean square');
        close(part.orthogonality.direction, expected.direction.data, 'direction');
      }
    });

    test('lens', async () => {
      const source = { from: 'text', text: lens.text } as const;
      const [part] = await resultsOf<LensPart>(kind, { kind: 'lens', run: 'run', step: steps.at(-1)!, source });
      const { losses, predicted, chosen, probabilities } = part!;
      close(losses.subarray(0, -1), lens.losses.data, 'losses');
      expect(losses.at(-1)).toBeNaN();
      expect(predicted.map(({ id }) => id)).toEqual([...lens.predicted.data]);
      expect(chosen).toEqual(lens.chosen.data);
      close(probabilities, lens.probabilities.data, 'probabilities');
    });
  });
}
