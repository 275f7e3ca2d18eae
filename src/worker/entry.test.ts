import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StudyRequestInput } from '../shared/studies/study.ts';
import type { CorpusJob, WorkerCommand, WorkerEvent } from '../shared/worker-messages.ts';
import { studyJob } from './studies/example-study.testing.ts';
import { exampleConfiguration, exampleFolder, exampleJob } from './train/example-run.testing.ts';

const entry = join(import.meta.dirname, 'entry.ts');

let example: Awaited<ReturnType<typeof exampleFolder>>;
const started: ChildProcess[] = [];
beforeAll(async () => {
  example = await exampleFolder();
});
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  example.remove();
});

interface Session {
  child: ChildProcess;
  events: WorkerEvent[];
  say(command: WorkerCommand): void;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

function startWorker(onEvent: (event: WorkerEvent, session: Session) => void): Session {
  const child = fork(entry, { execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  started.push(child);
  child.stdout!.resume();
  const session: Session = {
    child,
    events: [],
    // A worker that has ended before it could be answered is no failure.
    say: (command) => void child.send(command, () => {}),
    ended: once(child, 'exit').then(([code]) => code as number | null),
  };
  child.on('message', (message) => {
    const event = message as WorkerEvent;
    session.events.push(event);
    if ('sequence' in event) session.say({ type: 'acknowledge', sequence: event.sequence });
    onEvent(event, session);
  });
  return session;
}

const types = ({ events }: Session) => [...new Set(events.map(({ type }) => type))];

test('a training job from ready to finished, every numbered event in order', async () => {
  const job = exampleJob(example.folder, exampleConfiguration({ objective: [{ kind: 'simbal' }] }), 'whole');
  const session = startWorker(() => {});
  // Said before the worker listens: nothing is lost.
  session.say({ type: 'train', job });
  expect(await session.ended).toBe(0);
  expect(types(session)).toEqual(['ready', 'started', 'evaluation', 'steps', 'checkpoint', 'finished']);
  expect(session.events[0]).toEqual({ type: 'ready', process: session.child.pid });
  const numbers = session.events.flatMap((event) => ('sequence' in event ? [event.sequence] : []));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(session.events.at(-1)).toMatchObject({ type: 'finished', outcome: 'completed', step: 20 });
});

test('a study from ready to studied, its parts numbered', async () => {
  const configuration = exampleConfiguration();
  const training = startWorker((event, { say }) => {
    if (event.type === 'ready') say({ type: 'train', job: exampleJob(example.folder, configuration, 'studied') });
  });
  expect(await training.ended).toBe(0);
  const end = training.events.at(-1)!;
  const folder = end.type === 'finished' ? end.checkpoint!.folder : '';
  const request: StudyRequestInput = { kind: 'geometry', run: 'studied', steps: [20], tokens: 64 };
  const job = studyJob(example.folder, request, [{ step: 20, folder }], configuration);
  const session = startWorker((event, { say }) => {
    if (event.type === 'ready') say({ type: 'study', job });
  });
  expect(await session.ended).toBe(0);
  expect(types(session)).toEqual(['ready', 'study-started', 'progress', 'study-part', 'studied']);
  expect(session.events.at(-2)).toMatchObject({ sequence: 1, part: { key: 'step 20', result: { step: 20 } } });
  expect(session.events.at(-1)).toEqual({ type: 'studied', outcome: 'completed' });
});

test('a study that cannot be carried out says why', async () => {
  const request: StudyRequestInput = { kind: 'geometry', run: 'nowhere', steps: [20], tokens: 64 };
  const job = studyJob(example.folder, request, [{ step: 20, folder: join(example.folder, 'nowhere') }]);
  const session = startWorker((event, { say }) => {
    if (event.type === 'ready') say({ type: 'study', job });
  });
  expect(await session.ended).toBe(1);
  expect(session.events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'checkpoint' } });
});

const endless = { training: { steps: 1_000_000 }, evaluation: { every: 1_000_000 } };

test.each(['pause', 'SIGTERM'] as const)('%s ends a training with a checkpoint', async (how) => {
  const job = exampleJob(example.folder, exampleConfiguration(endless), how);
  const session = startWorker((event, { say, child }) => {
    if (event.type === 'ready') say({ type: 'train', job });
    if (event.type !== 'steps') return;
    if (how === 'pause') say({ type: 'pause' });
    else child.kill('SIGTERM');
  });
  expect(await session.ended).toBe(0);
  const end = session.events.at(-1)!;
  expect(end).toMatchObject({ type: 'finished', outcome: 'paused' });
  expect(existsSync(end.type === 'finished' ? end.checkpoint!.folder : '')).toBe(true);
});

test('an interrupt of the whole group leaves a worker to the lab', async () => {
  const job = exampleJob(example.folder, exampleConfiguration(endless), 'interrupt');
  let interrupts = 0;
  const session = startWorker((event, { say, child }) => {
    if (event.type === 'ready') say({ type: 'train', job });
    if (event.type !== 'steps') return;
    if (interrupts++ === 0) child.kill('SIGINT');
    else if (interrupts === 4) say({ type: 'pause' });
  });
  expect(await session.ended).toBe(0);
  expect(session.events.at(-1)).toMatchObject({ type: 'finished', outcome: 'paused' });
});

test('a lab that acknowledges nothing is sent 64 numbered events and no more, and a pause still ends the run', async () => {
  const child = fork(entry, { execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  started.push(child);
  child.stdout!.resume();
  const evaluation = { every: 1, similarityTokens: 0, tokens: 32 };
  const job = exampleJob(example.folder, exampleConfiguration({ training: { steps: 100_000 }, evaluation }), 'deaf');
  const full = Promise.withResolvers<void>();
  let numbered = 0;
  let last: WorkerEvent | undefined;
  child.on('message', (message) => {
    last = message as WorkerEvent;
    if (last.type === 'ready') child.send({ type: 'train', job } satisfies WorkerCommand);
    if ('sequence' in last && ++numbered === 64) full.resolve();
  });
  await full.promise;
  expect(numbered).toBe(64);
  child.send({ type: 'pause' } satisfies WorkerCommand);
  child.send({ type: 'acknowledge', sequence: 64 } satisfies WorkerCommand);
  await once(child, 'exit');
  expect(last).toMatchObject({ type: 'finished', outcome: 'paused' });
});

test('a corpus job reports progress and the corpus; a wrong one its error', async () => {
  const source = join(example.folder, 'pages.txt');
  writeFileSync(source, 'One page of text, with a few words in it.\n'.repeat(100));
  const folder = join(example.folder, 'pages');
  const prepare = async (validationShare: number) => {
    const job: CorpusJob = { sources: [{ path: source }], tokenizer: 'bytes', validationShare, name: 'pages', folder };
    const command: WorkerCommand = { type: 'corpus', job };
    const session = startWorker((event, { say }) => event.type === 'ready' && say(command));
    return { code: await session.ended, events: session.events };
  };
  const good = await prepare(0.5);
  expect(good.code).toBe(0);
  expect(good.events.some(({ type }) => type === 'progress')).toBe(true);
  expect(good.events.at(-1)).toMatchObject({ type: 'corpus', corpus: { name: 'pages', folder } });
  const bad = await prepare(2);
  expect(bad.code).toBe(1);
  expect(bad.events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'corpus', field: 'validationShare' } });
});

test('a probe job reports the engines', async () => {
  const command = { type: 'probe', job: { measure: false, threads: 1 } } as const;
  const session = startWorker((event, { say }) => event.type === 'ready' && say(command));
  expect(await session.ended).toBe(0);
  expect(types(session)).toEqual(['ready', 'engines']);
});

test('idle, it beats on standard output, ends at a pause, and with nobody to talk to does not start', async () => {
  const session = startWorker(() => {});
  expect(String(await once(session.child.stdout!, 'data'))).toMatch(/^(\.\n)+$/);
  session.say({ type: 'pause' });
  expect(await session.ended).toBe(0);
  const alone = spawn(process.execPath, [entry], { stdio: ['ignore', 'ignore', 'pipe'] });
  started.push(alone);
  expect(await text(alone.stderr)).toContain('the lab starts it');
});

describe('when the parent is killed', () => {
  /** Starts a parent, kills it once its child has said the word, and waits until nobody holds the pipe any more. */
  async function orphan(code: string, word: string): Promise<void> {
    const parent = spawn(process.execPath, [script(code)], { stdio: ['ignore', 'ignore', 'pipe'] });
    started.push(parent);
    const closed = once(parent.stderr, 'close');
    let said = '';
    parent.stderr.on('data', (data) => {
      said += data;
      if (said.includes(word)) parent.kill('SIGKILL');
    });
    await closed;
    expect(said).toContain(word);
  }

  let scripts = 0;
  function script(code: string): string {
    const path = join(example.folder, `script-${scripts++}.mjs`);
    writeFileSync(path, code);
    return path;
  }

  test('a worker that trains ends', async () => {
    const command: WorkerCommand = {
      type: 'train',
      job: exampleJob(example.folder, exampleConfiguration(endless), 'orphan'),
    };
    const parent = `
      import { fork } from 'node:child_process';
      const child = fork(${JSON.stringify(entry)}, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      let trains = false;
      child.on('message', (event) => {
        if (event.type === 'ready') child.send(${JSON.stringify(command)});
        if (event.type === 'steps' && !trains) process.stderr.write('trains');
        if (event.type === 'steps') trains = true;
        if ('sequence' in event) child.send({ type: 'acknowledge', sequence: event.sequence });
      });
    `;
    await orphan(parent, 'trains');
  });

  test('a process whose main thread is blocked is ended by its heartbeat', async () => {
    const heartbeat = JSON.stringify(join(import.meta.dirname, 'heartbeat.ts'));
    const child = script(`
      import { fstatSync, writeSync } from 'node:fs';
      import { Worker } from 'node:worker_threads';
      new Worker(${heartbeat});
      setInterval(() => {
        // Before its first beat it does not know yet whose child it is.
        if (fstatSync(1).size === 0) return;
        writeSync(2, 'blocked');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      }, 10);
    `);
    const parent = `
      import { spawn } from 'node:child_process';
      import { openSync } from 'node:fs';
      const beats = openSync(${JSON.stringify(join(example.folder, 'beats'))}, 'w');
      spawn(process.execPath, [${JSON.stringify(child)}], { stdio: ['ignore', beats, 'inherit'] });
    `;
    await orphan(parent, 'blocked');
  });
});
