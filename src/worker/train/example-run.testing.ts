// A run so small that a test trains it whole: a corpus of a few pages and a model of a few thousand weights. For tests alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationFromPreset, type PresetOverrides } from '../../shared/config/presets.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { TrainingJob } from '../../shared/worker-messages.ts';
import { prepareCorpus } from '../data/prepare.ts';
import type { JobEvent } from '../job-event.ts';
import { runTraining } from './run-training.ts';

/** A folder of its own with a corpus of about 6000 training tokens in two domains; `remove` deletes it. */
export async function exampleFolder(documents = 120): Promise<{ folder: string; corpus: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'simbal-training-'));
  const lines = Array.from({ length: documents }, (_, number) =>
    JSON.stringify({
      text: `${number}: ${'abcdefgh'.slice(number % 8)} and ${number * number} of ${number % 7} ways.`,
      field: number % 3 === 0 ? 'few' : 'many',
    }),
  );
  const source = join(folder, 'text.jsonl');
  writeFileSync(source, lines.join('\n'));
  const corpus = join(folder, 'corpus');
  await prepareCorpus({
    sources: [{ path: source, domainBy: 'field', domainField: 'field' }],
    tokenizer: 'bytes',
    validationShare: 0.2,
    folder: corpus,
    name: 'example',
  });
  return { folder, corpus, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function exampleConfiguration(overrides: Partial<PresetOverrides> = {}): RunConfiguration {
  const { model, training, evaluation, ...rest } = overrides;
  return configurationFromPreset('nano', {
    corpus: 'example',
    ...rest,
    model: { width: 16, layers: 2, heads: 2, context: 16, experts: 4, active: 2, expertWidth: 12, ...model },
    training: { steps: 20, batch: 2, learningRate: 0.01, warmupSteps: 4, checkpointEvery: 0, ...training },
    evaluation: { every: 10, denseUntil: 0, tokens: 128, similarityEvery: 1, similarityTokens: 64, ...evaluation },
    engine: { kind: 'onnx-cpu', threads: 1, ...rest.engine },
  });
}

export const exampleJob = (folder: string, configuration: RunConfiguration, name = 'run'): TrainingJob => ({
  run: name,
  configuration,
  corpus: join(folder, 'corpus'),
  checkpoints: join(folder, name),
  resume: null,
  threads: 1,
});

/** All events of a job, which is asked to pause after an event for which `pauses` says so. */
export async function eventsOf(
  job: TrainingJob,
  pauses: (event: JobEvent) => boolean = () => false,
): Promise<JobEvent[]> {
  const pause = new AbortController();
  const events: JobEvent[] = [];
  for await (const event of runTraining(job, pause.signal)) {
    events.push(event);
    if (pauses(event)) pause.abort();
  }
  return events;
}

/** The events of one type. */
export const only = <Type extends JobEvent['type']>(events: readonly JobEvent[], type: Type) =>
  events.filter((event) => event.type === type) as Extract<JobEvent, { type: Type }>[];

/** All step metrics, without what a clock measured. */
export const metricsOf = (events: readonly JobEvent[]) =>
  only(events, 'steps').flatMap(({ steps }) => steps.map(({ seconds: _, tokensPerSecond: __, ...metrics }) => metrics));

/** All evaluations, without what a clock measured. */
export const evaluationsOf = (events: readonly JobEvent[]) =>
  only(events, 'evaluation').map(({ evaluation: { seconds: _, cost: __, ...evaluation } }) => evaluation);
