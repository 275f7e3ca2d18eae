// A controlled lab seen from outside: its calls, what it told, and what must hold of runs and workers at every moment.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openStoreReadOnly } from '../../src/main/store/index.ts';
import type { LabEvent } from '../../src/shared/lab-events.ts';
import type { RunStatus } from '../../src/shared/records.ts';
import { type Client, connect } from '../../src/shared/rpc.ts';
import { overProcess } from '../../src/shared/transports.ts';
import type { ControlledSays } from './controlled-lab.ts';
import { lives } from './started-lab.ts';

/** Which status may follow which. */
const next: Record<RunStatus, readonly RunStatus[]> = {
  queued: ['running', 'paused', 'stopped'],
  running: ['pausing', 'completed'],
  pausing: ['paused', 'stopped', 'completed'],
  paused: ['queued', 'stopped'],
  stopped: ['queued'],
  failed: [],
  completed: [],
};

export interface ControlledLab {
  readonly client: Client;
  /** What was told, by run. */
  readonly said: ReadonlyMap<string, LabEvent[]>;
  /** What was told of a run. */
  forget(run: string): void;
  /** Bytes, every two seconds. */
  readonly memory: readonly number[];
  /** Runs by the processes that trained or train them. */
  readonly workers: ReadonlyMap<number, string>;
  /** What does not hold now, or did not since it was asked last, in words. */
  faults(): string[];
  /** Resolves when it has closed. @returns what does not hold then */
  close(): Promise<string[]>;
}

export function openControlledLab(home: string): ControlledLab {
  const child = fork(join(import.meta.dirname, 'controlled-lab.ts'), [home], {
    ...{ execArgv: [], serialization: 'advanced' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const client = connect(overProcess(child));
  const said = new Map<string, LabEvent[]>();
  const statuses = new Map<string, RunStatus>();
  const memory: number[] = [];
  const workers = new Map<number, string>();
  const gone = new Set<number>();
  const noticed: string[] = [];

  client.watch((event) => {
    if (event.type === 'run') {
      const { id, status } = event.run;
      const before = statuses.get(id);
      if (before && before !== status && !next[before].includes(status))
        noticed.push(`${id}: ${before}, then ${status}`);
      statuses.set(id, status);
    }
    if (!('run' in event)) return;
    const run = typeof event.run === 'string' ? event.run : event.run.id;
    const events = said.get(run);
    if (events) events.push(event as LabEvent);
    else said.set(run, [event as LabEvent]);
  });
  createInterface(child.stdout!).on('line', (line) => {
    const one = JSON.parse(line) as ControlledSays;
    if (one.type === 'memory') memory.push(one.resident);
    else if (one.type === 'gone') gone.add(one.process);
    else {
      const other = [...workers].find(([process, run]) => run === one.run && !gone.has(process));
      if (other) noticed.push(`${one.run} has the workers ${other[0]} and ${one.process} at once`);
      workers.set(one.process, one.run);
    }
  });

  /** A worker that lives before and after its run's status was read belongs to one that is carried out. */
  function* now(): Generator<string> {
    const living = [...workers].filter(([process]) => !gone.has(process) && lives(process));
    const store = openStoreReadOnly(home);
    try {
      const runs = store.runs.list();
      for (const [process, id] of living) {
        const { status } = runs.find((run) => run.id === id)!;
        if (status !== 'running' && status !== 'pausing' && lives(process)) yield `${id} is ${status} and has a worker`;
      }
      for (const { id, status, message } of runs) {
        if (status === 'failed') yield `${id} failed: ${message}`;
        const open = store.segments.list(id).filter((segment) => segment.ended === null);
        if (open.length > 1) yield `${id} has ${open.length} open segments`;
      }
      const places = runs.flatMap(({ queuePosition }) => queuePosition ?? []).sort((a, b) => a - b);
      if (new Set(places).size !== places.length) yield `two runs have one place in the queue: ${places}`;
    } finally {
      store.close();
    }
  }

  function* closed(): Generator<string> {
    for (const process of workers.keys()) if (lives(process)) yield `the worker ${process} outlived its lab`;
    const store = openStoreReadOnly(home);
    try {
      for (const { id, status } of store.runs.list()) {
        if (status === 'running' || status === 'pausing') yield `${id} is left ${status}`;
        if (store.segments.list(id).some((segment) => segment.ended === null)) yield `a segment of ${id} is left open`;
      }
    } finally {
      store.close();
    }
  }

  return {
    client,
    said,
    forget: (run) => said.delete(run),
    memory,
    workers,
    faults: () => [...noticed.splice(0), ...now()],
    async close() {
      child.disconnect();
      const [code] = await ended;
      return [...noticed, ...(code === 0 ? [] : [`the lab ended with code ${code}`]), ...closed()];
    },
  };
}
