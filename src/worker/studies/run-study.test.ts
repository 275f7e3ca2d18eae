import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LensPart } from '../../shared/studies/lens.ts';
import type { RoutingPart } from '../../shared/studies/routing.ts';
import type { SimilarityPart } from '../../shared/studies/similarity.ts';
import type { StudyJob, StudyRequestInput } from '../../shared/studies/study.ts';
import type { JobEvent } from '../job-event.ts';
import {
  evaluationsOf,
  eventsOf,
  exampleConfiguration,
  exampleFolder,
  exampleJob,
  only,
} from '../train/example-run.testing.ts';
import { eventsOfStudy, partsOf, studyJob } from './example-study.testing.ts';

const objective = [{ kind: 'simbal' }, { kind: 'loss-free-bias', rate: 0.05 }] as const;
const configuration = exampleConfiguration({
  objective: [...objective],
  training: { checkpointEvery: 5 },
  evaluation: { every: 5 },
});
const steps = [5, 10, 15, 20];

let example: Awaited<ReturnType<typeof exampleFolder>>;
let trained: JobEvent[];
let checkpoints: StudyJob['checkpoints'];
beforeAll(async () => {
  example = await exampleFolder();
  trained = await eventsOf(exampleJob(example.folder, configuration));
  checkpoints = only(trained, 'checkpoint').map(({ checkpoint: { step, folder } }) => ({ step, folder }));
});
afterAll(() => example.remove());

const job = (request: StudyRequestInput): StudyJob => {
  const wanted = 'steps' in request ? request.steps : [request.step];
  return studyJob(
    example.folder,
    request,
    checkpoints.filter(({ step }) => wanted.includes(step)),
    configuration,
  );
};

const requests = [
  { kind: 'routing', run: 'run', steps, tokens: 128 },
  { kind: 'similarity', run: 'run', steps, tokens: 64 },
  { kind: 'geometry', run: 'run', steps, tokens: 64 },
] satisfies StudyRequestInput[];

describe.each(requests)('a study of $kind', (request) => {
  test('says what runs it, then gives a part a checkpoint, then that it is complete', async () => {
    const events = await eventsOfStudy(job(request));
    const [first] = events;
    expect(first).toMatchObject({ type: 'study-started', total: 4, provenance: { engine: 'onnx-cpu', threads: 1 } });
    expect(only(events, 'study-part').map(({ part }) => part.key)).toEqual(['step 5', 'step 10', 'step 15', 'step 20']);
    expect(only(events, 'progress').length).toBeGreaterThan(0);
    expect(events.at(-1)).toEqual({ type: 'studied', outcome: 'completed' });
  });

  test('that goes on after any of its parts gives the rest as it would have been', async () => {
    const whole = only(await eventsOfStudy(job(request)), 'study-part').map(({ part }) => part);
    for (const stored of [[], [0], [0, 1], [1], [0, 2], [3], [0, 1, 2], [0, 1, 2, 3]]) {
      const keys = stored.map((index) => whole[index]!.key);
      const events = await eventsOfStudy({ ...job(request), stored: keys });
      const rest = only(events, 'study-part').map(({ part }) => part);
      expect(rest).toEqual(whole.filter(({ key }) => !keys.includes(key)));
      expect(events.at(-1)).toEqual({ type: 'studied', outcome: 'completed' });
    }
  });

  test('that is paused keeps its parts and says so', async () => {
    const early = await eventsOfStudy(job(request), ({ type }) => type === 'progress');
    expect(only(early, 'study-part')).toEqual([]);
    expect(early.at(-1)).toEqual({ type: 'studied', outcome: 'stopped' });
    const later = await eventsOfStudy(job(request), ({ type }) => type === 'study-part');
    expect(only(later, 'study-part')).toHaveLength(1);
    expect(later.at(-1)).toEqual({ type: 'studied', outcome: 'stopped' });
  });
});

test('the same sample gives the numbers of the run itself, to the last bit', async () => {
  const evaluations = evaluationsOf(trained).filter(({ step }) => steps.includes(step));
  const similarity = partsOf<SimilarityPart>(await eventsOfStudy(job(requests[1]!)));
  const routing = partsOf<RoutingPart>(await eventsOfStudy(job(requests[0]!)));
  expect(evaluations).toHaveLength(4);
  for (const [index, { similarity: own, routing: counted, loss }] of evaluations.entries()) {
    const { pes, standardError, minimum, tokens, cosines } = similarity[index]!;
    expect({ pes, standardError, minimum, tokens }).toEqual({
      pes: own!.pes,
      standardError: own!.standardError,
      minimum: own!.minimum,
      tokens: own!.tokens,
    });
    expect([...cosines]).toEqual(own!.pairs.flat(2));
    expect([...routing[index]!.counts]).toEqual(counted!.counts.flat());
    expect(routing[index]!.loss).toBeCloseTo(loss, 12);
  }
});

test('one checkpoint alone is its own reference', async () => {
  const [part] = partsOf<RoutingPart>(
    await eventsOfStudy(job({ kind: 'routing', run: 'run', steps: [10], tokens: 64 })),
  );
  expect(part).toMatchObject({ saturation: [1, 1], switchRate: null });
});

test('rows that only fill a batch up do not count', async () => {
  // Forty windows of validation, and room for 64 in a batch.
  const wide = { ...configuration, training: { ...configuration.training, batch: 64 } };
  const request: StudyRequestInput = { kind: 'routing', run: 'run', steps: [20], tokens: 1e6 };
  const [part] = partsOf<RoutingPart>(await eventsOfStudy({ ...job(request), configuration: wide }));
  const plain = { ...configuration, training: { ...configuration.training, batch: 1 } };
  const [single] = partsOf<RoutingPart>(await eventsOfStudy({ ...job(request), configuration: plain }));
  expect(part!.tokens).toBe(640);
  expect(part!.counts).toEqual(single!.counts);
  expect(part!.domains).toEqual(single!.domains);
  expect(part!.loss).toBeCloseTo(single!.loss, 5);
  const similarity: StudyRequestInput = { kind: 'similarity', run: 'run', steps: [20], tokens: 1e6 };
  const [many] = partsOf<SimilarityPart>(await eventsOfStudy({ ...job(similarity), configuration: wide }));
  const [one] = partsOf<SimilarityPart>(await eventsOfStudy({ ...job(similarity), configuration: plain }));
  expect(many!.sequences).toBe(40);
  for (const [layer, pes] of many!.pes.entries()) expect(pes).toBeCloseTo(one!.pes[layer]!, 5);
});

test('a dense model has no routing to study, but can be read through the lens', async () => {
  const dense = exampleConfiguration({
    model: { kind: 'dense', experts: 1, active: 1 },
    objective: [],
    evaluation: { similarityTokens: 0 },
  });
  const events = await eventsOf(exampleJob(example.folder, dense, 'dense'));
  const { checkpoint } = only(events, 'checkpoint').at(-1)!;
  const given = [{ step: 20, folder: checkpoint.folder }];
  for (const kind of ['routing', 'similarity', 'geometry'] as const) {
    const refused = studyJob(example.folder, { kind, run: 'dense', steps: [20] }, given, dense);
    await expect(eventsOfStudy(refused)).rejects.toThrow(
      `A study of kind ${kind} needs a mixture of experts, and the run dense has a dense model.`,
    );
  }
  const source = { from: 'text', text: 'one' } as const;
  const lens = studyJob(example.folder, { kind: 'lens', run: 'dense', step: 20, source }, given, dense);
  const [part] = partsOf<LensPart>(await eventsOfStudy(lens));
  expect(part).toMatchObject({ layers: 0, active: 0, chosen: new Int32Array(0) });
  expect(part!.losses).toHaveLength(3);
});

test('a checkpoint of another model, or a sample beyond the memory, is refused before anything is computed', async () => {
  const other = { ...configuration, model: { ...configuration.model, active: 1 } };
  const request: StudyRequestInput = { kind: 'routing', run: 'run', steps: [20], tokens: 64 };
  await expect(eventsOfStudy({ ...job(request), configuration: other })).rejects.toThrow(/^model\.active is 1, and/);
  const folder = join(example.folder, 'nowhere');
  await expect(eventsOfStudy({ ...job(request), checkpoints: [{ step: 20, folder }] })).rejects.toThrow(folder);
  const large = exampleConfiguration({ model: { vocabulary: 1_000_000 }, training: { batch: 4096 } });
  await expect(eventsOfStudy({ ...job(request), configuration: large })).rejects.toThrow(
    /^This study needs about \d+\.\d GB of memory, and this machine has/,
  );
});
