// The inspector as a job of a worker: opens what was handed over, tells it as one model or as two that are compared, and of a
// checkpoint of a lab also what it says of itself and, last, whether its bytes are those that it names.
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { InspectJob, InspectorEvent } from '../../shared/inspection.ts';
import { openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { readState, stateFile } from '../checkpoint/checkpoint-state.ts';
import type { JobEvent } from '../job-event.ts';
import { diffModels } from './diff-models.ts';
import { inspectModel } from './inspect-model.ts';
import { openModel } from './open-model.ts';
import { groupPaths } from './open-source.ts';
import { tensorStatistics } from './tensor-statistics.ts';

/** Milliseconds between two words of progress: there is one for every expert. */
const pace = 100;

/** @throws LabError 'checkpoint' for what is refused, 'request' for more than two models */
export async function* inspectJob(job: InspectJob, signal: AbortSignal): AsyncGenerator<JobEvent> {
  if (job.task === 'tensor') {
    yield { type: 'tensor', statistics: await statisticsOf(job.paths, job.name, signal) };
    return;
  }
  for await (const event of paced(opened(job, signal))) yield { type: 'inspection', event };
  yield { type: 'inspected' };
}

async function* opened({ paths, depth }: Extract<InspectJob, { task: 'open' }>, signal: AbortSignal) {
  const models = groupPaths(paths);
  const [first, second, third] = models;
  if (third) {
    throw new LabError('request', `${models.length} models were handed over; two at most are compared.`, {
      field: 'paths',
      value: String(models.length),
      remedy: 'Choose one to inspect, or two to compare. The shards of one model lie in one folder.',
    });
  }
  if (second) for await (const event of diffModels(first!, second, { signal })) yield difference(event);
  else yield* model(first ?? [], depth, signal);
}

const difference = (event: Extract<InspectorEvent, { of: 'difference' }>['event']): InspectorEvent => ({
  of: 'difference',
  event,
});

async function* model(
  paths: readonly string[],
  depth: 'routers' | 'everything',
  signal: AbortSignal,
): AsyncGenerator<InspectorEvent> {
  let folder: string | null = null;
  for await (const event of inspectModel(paths, { signal, depth })) {
    if (event.type === 'done' && folder !== null && depth === 'everything') yield await verification(folder);
    yield { of: 'model', event };
    if (event.type !== 'outline' || event.outline.source !== 'lab checkpoint') continue;
    folder = event.outline.path;
    yield* labCheckpoint(folder);
  }
}

/** Nothing where state.json cannot be read: the recognition has that among its doubts. */
async function* labCheckpoint(folder: string): AsyncGenerator<InspectorEvent> {
  const read = await readState(join(folder, stateFile)).catch((thrown) => {
    if (thrown instanceof LabError) return null;
    throw thrown;
  });
  if (!read) return;
  const { step, tokens, seconds, configuration } = read.state;
  yield { of: 'lab checkpoint', checkpoint: { step, tokens, seconds, configuration } };
}

async function verification(folder: string): Promise<InspectorEvent> {
  try {
    await (await openCheckpoint(folder)).close();
    return { of: 'verification', verified: true, reason: null };
  } catch (thrown) {
    if (!(thrown instanceof LabError)) throw thrown;
    return { of: 'verification', verified: false, reason: thrown.message };
  }
}

async function statisticsOf(paths: readonly string[], name: string, signal: AbortSignal) {
  const opened = await openModel(groupPaths(paths)[0] ?? [], signal);
  try {
    return await tensorStatistics(opened.weights, name);
  } finally {
    await opened.close();
  }
}

/** Everything but the words of progress that come too soon after another. */
async function* paced(events: AsyncIterable<InspectorEvent>): AsyncGenerator<InspectorEvent> {
  let told = Number.NEGATIVE_INFINITY;
  for await (const event of events) {
    if ('event' in event && event.event.type === 'progress') {
      const now = performance.now();
      if (now - told < pace) continue;
      told = now;
    }
    yield event;
  }
}
