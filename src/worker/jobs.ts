// What each command of the lab starts. What a job needs is loaded with it: an inspection does not wait for the engines.
import { LabError } from '../shared/errors.ts';
import type { CorpusJob, WorkerCommand } from '../shared/worker-messages.ts';
import type { JobEvent } from './job-event.ts';

/** The commands that a worker carries out; a store is read by a process of its own kind. */
export type JobCommand = Exclude<Extract<WorkerCommand, { job: unknown }>, { type: 'store' | 'bundle' }>;

type Emit = (event: JobEvent) => Promise<void>;

/** Carries out one job; `pause` stops it at the next point where nothing is lost. @throws LabError where it fails */
export async function carryOut(command: JobCommand, emit: Emit, pause: AbortSignal): Promise<void> {
  switch (command.type) {
    case 'train': {
      const { runTraining } = await import('./train/run-training.ts');
      return tellAll(runTraining(command.job, pause), emit);
    }
    case 'study': {
      const { runStudy } = await import('./studies/run-study.ts');
      return tellAll(runStudy(command.job, pause), emit);
    }
    case 'inspect': {
      const { inspectJob } = await import('./inspect/inspect-job.ts');
      return tellAll(inspectJob(command.job, pause), emit);
    }
    case 'convert': {
      const { convertJob } = await import('./convert/convert-job.ts');
      return emit(await convertJob(command.job, pause));
    }
    case 'import': {
      const { importJob } = await import('./import/import-job.ts');
      return tellAll(importJob(command.job, pause), emit);
    }
    case 'corpus':
      return prepare(command.job, emit, pause);
    case 'probe': {
      const { probeEngines } = await import('./probe/probe-engines.ts');
      return emit({ type: 'engines', engines: await probeEngines(command.job) });
    }
  }
}

async function tellAll(events: AsyncIterable<JobEvent>, emit: Emit): Promise<void> {
  for await (const event of events) await emit(event);
}

async function prepare(job: CorpusJob, emit: Emit, pause: AbortSignal): Promise<void> {
  const { prepareCorpus } = await import('./data/prepare.ts');
  let sent: Promise<void> = Promise.resolve();
  const corpus = await prepareCorpus(job, (progress) => {
    if (pause.aborted)
      throw new LabError('corpus', `The preparation of "${job.name}" was stopped; nothing of it is kept.`);
    sent = sent.then(() => emit({ type: 'progress', ...progress }));
  });
  await sent;
  await emit({ type: 'corpus', corpus });
}
