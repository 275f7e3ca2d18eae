// What each command of the lab starts.
import { LabError } from '../shared/errors.ts';
import type { CorpusJob, WorkerCommand } from '../shared/worker-messages.ts';
import { prepareCorpus } from './data/prepare.ts';
import type { JobEvent } from './job-event.ts';
import { probeEngines } from './probe/probe-engines.ts';
import { runTraining } from './train/run-training.ts';

export type JobCommand = Extract<WorkerCommand, { job: unknown }>;

type Emit = (event: JobEvent) => Promise<void>;

/** Carries out one job; `pause` stops it at the next point where nothing is lost. @throws LabError where it fails */
export async function carryOut(command: JobCommand, emit: Emit, pause: AbortSignal): Promise<void> {
  switch (command.type) {
    case 'train':
      for await (const event of runTraining(command.job, pause)) await emit(event);
      return;
    case 'corpus':
      return prepare(command.job, emit, pause);
    case 'probe':
      return emit({ type: 'engines', engines: await probeEngines(command.job) });
  }
}

async function prepare(job: CorpusJob, emit: Emit, pause: AbortSignal): Promise<void> {
  let sent: Promise<void> = Promise.resolve();
  const corpus = await prepareCorpus(job, (progress) => {
    if (pause.aborted)
      throw new LabError('corpus', `The preparation of "${job.name}" was stopped; nothing of it is kept.`);
    sent = sent.then(() => emit({ type: 'progress', ...progress }));
  });
  await sent;
  await emit({ type: 'corpus', corpus });
}
