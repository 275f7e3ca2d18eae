// Studies for tests: of checkpoints whose weights a test writes itself, so that every answer is known before. For tests alone.
import { join } from 'node:path';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { faultOfPart } from '../../shared/studies/part-schema.ts';
import type { StudyJob } from '../../shared/studies/study.ts';
import { type StudyRequestInput, studyRequestSchema } from '../../shared/studies/study.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { openCorpus } from '../data/corpus.ts';
import type { JobEvent } from '../job-event.ts';
import { initialValue } from '../model/initialise.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { exampleConfiguration } from '../train/example-run.testing.ts';
import { runStudy } from './run-study.ts';

/** A checkpoint of initial weights, each as `weight` changes it in place. @returns its step and folder */
export async function constructedCheckpoint(
  folder: string,
  step: number,
  weight: (name: string, value: Float32Array) => void,
  configuration: RunConfiguration = exampleConfiguration(),
): Promise<{ step: number; folder: string }> {
  const corpus = openCorpus(join(folder, 'corpus'));
  corpus.close();
  const specifications = parameterSpecifications(configuration.model);
  const record = await writeCheckpoint(join(folder, 'constructed'), {
    step,
    tokens: 0,
    seconds: 0,
    configuration,
    corpusHash: corpus.hash,
    initHash: '',
    initHashWithoutRouters: '',
    buffers: [],
    download: async (kind, name) => {
      const value = initialValue(specifications.find((each) => each.name === name)!, configuration.model, 0);
      if (kind === 'parameter') weight(name, value);
      return value;
    },
  });
  return { step, folder: record.folder };
}

export const studyJob = (
  folder: string,
  request: StudyRequestInput,
  checkpoints: StudyJob['checkpoints'],
  configuration: RunConfiguration = exampleConfiguration(),
): StudyJob => ({
  study: 'study',
  request: studyRequestSchema.parse(request),
  configuration,
  corpus: join(folder, 'corpus'),
  checkpoints,
  stored: [],
  exports: join(folder, 'exports'),
  threads: 1,
});

/**
 * All events of a study, each part of which is one that a store takes back. It is asked to pause after an event for which `pauses`
 * says so.
 */
export async function eventsOfStudy(
  job: StudyJob,
  pauses: (event: JobEvent) => boolean = () => false,
): Promise<JobEvent[]> {
  const pause = new AbortController();
  const events: JobEvent[] = [];
  for await (const event of runStudy(job, pause.signal)) {
    events.push(event);
    const fault = event.type === 'study-part' ? faultOfPart(job.request.kind, event.part.result) : null;
    if (fault !== null) throw new Error(`${job.request.kind}: ${fault}`);
    if (pauses(event)) pause.abort();
  }
  return events;
}

/** The parts among a study's events. */
export const partsOf = <Result>(events: readonly JobEvent[]): Result[] =>
  events.flatMap((event) => (event.type === 'study-part' ? [event.part.result as Result] : []));
