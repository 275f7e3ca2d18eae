// A lab at its busiest while another program locks its database: a run trains, a study measures, a run waits for its turn, a page
// asks. Real workers, a real page connection, and the lock of another process.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type LaunchWorker, nodeWorkers } from '../../src/main/compute/index.ts';
import { openLabApi } from '../../src/main/lab-api/index.ts';
import { pageFiles } from '../../src/main/page/page-files.ts';
import { startServer } from '../../src/main/serve/server.ts';
import type { LabEvent } from '../../src/shared/lab-events.ts';
import { addText, exampleConfiguration, temporaryFolder } from './example-home.ts';
import { difference, keptOf } from './kept.ts';

export interface LockResult {
  /** Calls of the page that were answered during the lock, and the milliseconds of the slowest. */
  answers: number;
  longest: number;
  /** Milliseconds that the lab's process attended to nothing at a stretch, during the lock. */
  longestBlock: number;
  /** Steps that were stored while the database was locked: none, or it was not. */
  steps: number;
  /** What was said first of waiting. */
  waiting: Record<'run' | 'queued' | 'study', string>;
  /** How each ended; all 'completed'. */
  ends: string[];
  /** What is not what it is without a lock. */
  faults: string[];
}

/** @param seconds that the lock stays after all who wait for it have said so */
export async function lockWhileBusy(seconds: number): Promise<LockResult> {
  const { folder, remove } = temporaryFolder();
  const page = join(folder, 'page');
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>The lab</title>');
  const hold = holding(nodeWorkers());
  const labApi = openLabApi({ home: join(folder, 'home'), door: 'browser', launch: hold.launch });
  const { lab } = labApi;
  const events: LabEvent[] = [];
  labApi.server.watch((event) => events.push(event as LabEvent));
  const server = await startServer({ files: pageFiles(page), port: 0, serve: labApi.serve });
  let holder: Awaited<ReturnType<typeof openHolder>> | undefined;
  try {
    await addText(lab, folder);
    const experiment = lab.createExperiment({ name: 'locked' }).id;
    const run = (name: string, steps: number) =>
      lab.createRun({ experiment, configuration: exampleConfiguration(name, steps) }).id;
    const straight = run('straight', 400);
    lab.start(straight);
    const { status, message } = await lab.ended(straight);
    if (status !== 'completed') throw new Error(`Undisturbed, the run is ${status}: ${message}`);

    holder = await openHolder(lab.store.paths.file, server.address);
    // Neither comes to its end before the lock is there.
    hold.begin();
    lab.setConcurrency(2);
    const [locked, queued] = [run('locked', 400), run('queued', 20)] as [string, string];
    const study = lab.studies.start(studyOf(straight)).id;
    lab.start(locked);
    lab.start(queued);
    await until(() => lab.store.metrics.last(locked) && lab.store.studies.get(study).total);
    await holder.lock();
    hold.end();
    const before = lab.store.metrics.last(locked)!.step;
    const blocks = monitorEventLoopDelay({ resolution: 10 });
    blocks.enable();
    const waitingOf = (id: string) => until(() => waitingText(events, id)).then(() => waitingText(events, id)!);
    const waiting = { run: await waitingOf(locked), study: await waitingOf(study), queued: '' };
    // Its slot is free at once, so that the turn of what waits comes while the database is locked.
    lab.studies.stop(study);
    lab.studies.stop(study);
    const tail = lab.studies.ended(study);
    waiting.queued = await waitingOf(queued);
    const steps = lab.store.metrics.last(locked)!.step - before;
    await delay(seconds * 1000);
    const answered = await holder.unlock();
    blocks.disable();

    await tail;
    lab.studies.start(studyOf(straight));
    const ends = [
      (await lab.ended(locked)).status,
      (await lab.ended(queued)).status,
      (await lab.studies.ended(study)).status,
    ];
    const again = lab.studies.start(studyOf(locked)).id;
    await lab.studies.ended(again);
    const other = difference(keptOf(lab.store, locked), keptOf(lab.store, straight));
    const parts = (id: string) => JSON.stringify(lab.store.studies.parts(id));
    return {
      ...answered,
      longestBlock: Math.round(blocks.max / 1e6),
      steps,
      waiting,
      ends,
      faults: [
        ...(other ? [`the run: ${other}`] : []),
        ...(parts(study) === parts(again) ? [] : ['the parts of the study differ']),
      ],
    };
  } finally {
    hold.end();
    holder?.kill();
    await server.close();
    await labApi.close();
    remove();
  }
}

const studyOf = (run: string) => ({
  kind: 'geometry' as const,
  run,
  steps: Array.from({ length: 80 }, (_, index) => 5 * (index + 1)),
  tokens: 64,
});

const waitingText = (events: readonly LabEvent[], id: string): string | undefined =>
  events
    .flatMap((one) => [
      ...(one.type === 'note' && one.run === id && one.kind === 'waiting' ? [one.message] : []),
      ...(one.type === 'study' && one.study.id === id && one.study.message ? [one.study.message] : []),
    ])
    .find((text) => text.includes('wait'));

async function until(holds: () => unknown): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Workers that, while they are held, are heard up to their first word of progress; what follows, their end too, is heard after. */
function holding(launch: LaunchWorker) {
  let held = Promise.resolve();
  let release = () => {};
  return {
    begin() {
      ({ promise: held, resolve: release } = Promise.withResolvers<void>());
    },
    end: () => release(),
    launch(): ReturnType<LaunchWorker> {
      const worker = launch();
      let heard = Promise.resolve();
      return {
        ...worker,
        onMessage: (listener) =>
          worker.onMessage((event) => {
            heard = heard.then(() => {
              listener(event);
              return event.type === 'steps' || event.type === 'study-started' ? held : undefined;
            });
          }),
        onExit: (listener) => worker.onExit((exit) => void heard.then(() => listener(exit))),
      };
    },
  };
}

async function openHolder(file: string, address: string) {
  const script = join(import.meta.dirname, 'lock-holder.ts');
  const child = spawn(process.execPath, [script, file, address], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value as string;
  await next();
  return {
    async lock() {
      child.stdin.write('lock\n');
      await next();
    },
    async unlock() {
      child.stdin.write('unlock\n');
      return JSON.parse(await next()) as { answers: number; longest: number };
    },
    kill: () => void child.kill(),
  };
}
