// Every call of the contract, from its one table: whatever it is asked with, it answers, with data or with an error that says what
// was wrong; and the lab answers the next good call.

import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { fuzzing } from '../../../test/fuzzing.ts';
import { type Api, calls, type Removed } from '../../shared/api.ts';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { LabError } from '../../shared/errors.ts';
import { type Client, connect, type ServerMessage, type Transport } from '../../shared/rpc.ts';
import { inProcess, overPort, overWebSocket } from '../../shared/transports.ts';
import { arbitraryOf, broken, hostileCloned, hostilePlain } from '../../shared/zod-arbitrary.testing.ts';
import { jobLimits, nodeWorkers } from '../compute/index.ts';
import { overPortMain } from '../electron/port.ts';
import { fakeWorker, temporaryHome } from '../lab/pretended-lab.testing.ts';
import { type LabApi, openLabApi } from './index.ts';

const methods = Object.entries(calls).flatMap(([group, named]) => Object.keys(named).map((name) => `${group}.${name}`));
const inputOf = (method: string) => {
  const [group, name] = method.split('.') as [keyof typeof calls, never];
  return (calls[group][name] as { input: Parameters<typeof arbitraryOf>[0] }).input;
};

let home: string;
let remove: () => void;
let labApi: LabApi;
let sockets: WebSocketServer;
/** Words that mean something to this lab. */
let words: string[];
let removed: Removed;
let api: Api;

beforeAll(async () => {
  ({ home, remove } = temporaryHome());
  labApi = openLabApi({
    home,
    door: 'browser',
    launch: nodeWorkers(fakeWorker, ['good', '0']),
    limits: { ...jobLimits, grace: 100 },
    setUpProgram: {
      node: process.execPath,
      file: join(import.meta.dirname, '..', 'compute', 'fake-set-up.testing.ts'),
    },
    printer: async () => null,
  });
  ({ api } = inProcessClient());
  await api.corpora.add({ name: 'text', sources: [{ path: '/text' }], tokenizer: 'bytes' });
  const { id: experiment } = await api.experiments.create({ name: 'first' });
  const [run] = await api.runs.create({ experiment, configuration, objectives: [[]], seeds: [0], start: true });
  await labApi.lab.ended(run!.id);
  const { id: report } = await api.reports.keep({ request: { runs: [run!.id] } });
  const { id: study } = await api.studies.start({ request: { kind: 'geometry', run: run!.id, steps: [20] } });
  await labApi.lab.studies.ended(study);
  removed = { experiments: [experiment], runs: [run!.id] };
  words = [experiment, run!.id, report, study, 'text', 'first', 'crossEntropy'];
  mkdirSync(join(home, 'files'));
  writeFileSync(join(home, 'files', 'some.txt'), 'some');
  sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
  sockets.on('connection', (socket) => labApi.serve(overWebSocket(socket as never)));
});

afterAll(async () => {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  await labApi.close();
  remove();
});

function serveOver(transports: [near: Transport, far: Transport]): Client {
  labApi.serve(transports[1]);
  return connect(transports[0]);
}

const inProcessClient = () => serveOver(inProcess());

function windowClient(): Client {
  const { port1, port2 } = new MessageChannel();
  const asMain = {
    postMessage: (message: unknown) => port2.postMessage(message),
    on: (_: 'message', listener: (event: { data: unknown }) => void) =>
      port2.addEventListener('message', listener as never),
    once: (_: 'close', listener: () => void) => port2.addEventListener('close', listener, { once: true }),
    start: () => port2.start(),
    close: () => port2.close(),
  };
  return serveOver([overPort(port1), overPortMain(asMain as never)]);
}

const socketTransport = () =>
  overWebSocket(new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`) as never);

const configuration = configurationFromPreset('nano', { corpus: 'text', training: { steps: 20, warmupSteps: 1 } });
const brokenConfiguration = broken(fc.constant(configuration), hostilePlain);

/** Nothing is ever written outside of the home by a test that asks for anything. */
const text = (field: string): fc.Arbitrary<string> => {
  const path = () => ['files', 'files/some.txt', 'nothing', '', 'files/\0'].map((name) => join(home, name));
  if (/path|folder/i.test(field)) return fc.constantFrom(...path(), 'files', ' ', '\0');
  return fc.oneof(
    fc.constantFrom(...words),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('', 'nothing', '__proto__', '\0', '\ud800', 'x'.repeat(70)),
  );
};

const givenUp = new LabError('request', 'This test waits no longer.');

/** What became of a call; one that goes on for long is given up. */
async function asked({ api }: Client, method: string, input: unknown): Promise<unknown> {
  const [group, name] = method.split('.');
  const call = (api as never as Record<string, Record<string, (...values: unknown[]) => Promise<unknown>>>)[group!]![
    name!
  ]!;
  const enough = new AbortController();
  const late = setTimeout(() => enough.abort(givenUp), 150);
  try {
    return await call(input, { signal: enough.signal });
  } catch (thrown) {
    return thrown;
  } finally {
    clearTimeout(late);
  }
}

const isLost = (thrown: unknown) =>
  thrown instanceof LabError && thrown.message.includes('connection to the lab is lost');

const isOther = (prototype: object) => Object.keys(prototype).length === 0;

function expectSensible(method: string, input: unknown, outcome: unknown): void {
  expect([Object.prototype, Array.prototype].every(isOther)).toBe(true);
  if (!(outcome instanceof Error) || outcome === givenUp) return;
  expect(outcome, method).toBeInstanceOf(LabError);
  if (isLost(outcome)) return;
  const { code, message, field } = outcome as LabError;
  const told = JSON.stringify(outcome);
  expect(code, told).not.toBe('internal');
  expect(told.length).toBeLessThan(2000);
  expect(told).not.toMatch(/\\n\s+at |node_modules|\[object|file:\/\//);
  expect(message.length).toBeGreaterThan(10);
  if (!inputOf(method).safeParse(input).success) expect([code, typeof field], told).toEqual(['request', 'string']);
}

const doors: [string, () => Client, readonly unknown[]][] = [
  ['in this process', inProcessClient, [...hostilePlain, ...hostileCloned]],
  ["through a window's port", windowClient, [...hostilePlain, ...hostileCloned]],
  ['over a WebSocket', () => connect(socketTransport()), hostilePlain],
];

describe.each(doors)('%s', (_, open, hostile) => {
  let client: Client | null = null;
  const current = () => {
    if (client === null) {
      client = open();
      void client.closed.then(() => {
        client = null;
      });
    }
    return client;
  };
  /** What was asked may have ended its own connection, also after it was given up: the next one is answered then. */
  const about = () => current().api.about.get({});
  const answered = () => about().catch((thrown) => (isLost(thrown) ? about() : Promise.reject(thrown)));

  test.each(methods)('%s answers whatever it is asked with', async (method) => {
    await api.undo.restore(removed);
    const good = arbitraryOf(inputOf(method), {
      text,
      custom: () => fc.oneof(fc.constant(configuration), brokenConfiguration),
    });
    const any = fc.oneof({ weight: 2, arbitrary: good }, { weight: 3, arbitrary: broken(good, hostile) });
    await fc.assert(
      fc.asyncProperty(any, async (input) => {
        expectSensible(method, input, await asked(current(), method, input));
        expect(await answered()).toMatchObject({ home });
      }),
      fuzzing(4),
    );
    client?.close();
    await client?.closed;
  });
});

test('nothing came into being outside of the home', () => {
  for (const name of ['files', 'nothing', 'x']) expect(existsSync(join(process.cwd(), name))).toBe(false);
});

describe('what is no call', () => {
  const doorsOfMessages: [string, () => Transport][] = [
    [
      'in this process',
      () => {
        const [near, far] = inProcess();
        labApi.serve(far);
        return near;
      },
    ],
    ['over a WebSocket', socketTransport],
  ];
  const id = fc.constantFrom<unknown>(0, 1, 1, 2, -1, 0.5, '1', null, 2 ** 53, [1], {});
  const message = fc.oneof(
    fc.record({
      type: fc.constant('call'),
      id,
      method: fc.constantFrom(...methods, '__proto__.get', ''),
      input: fc.anything(),
    }),
    fc.record({ type: fc.constant('cancel'), id }),
    fc.record({
      type: fc.constantFrom('answer', 'refusal', 'event', 'watch', 'unwatch', '__proto__'),
      id,
      value: fc.anything(),
    }),
    fc.record({ type: fc.constant('watch') }),
    fc.constantFrom(...hostilePlain),
  );
  const sayable = (value: unknown) => {
    try {
      structuredClone(value);
      return JSON.stringify(value) !== undefined;
    } catch {
      return false;
    }
  };

  test.each(doorsOfMessages)('%s is ignored, refused, or ends its own connection alone', async (_, open) => {
    await fc.assert(
      fc.asyncProperty(fc.array(message.filter(sayable), { maxLength: 12 }), async (messages) => {
        const transport = open();
        const heard: ServerMessage[] = [];
        transport.onMessage((received) => heard.push(received as ServerMessage));
        for (const one of messages) {
          try {
            transport.send(one);
          } catch {
            // The wire itself carries no such thing.
          }
        }
        await api.about.get({});
        transport.close();
        for (const one of heard) expect(['answer', 'refusal', 'event']).toContain(one.type);
        expect(await api.about.get({})).toMatchObject({ home });
      }),
      fuzzing(40),
    );
  });

  test('thousands of calls at once are answered or refused, each once', async () => {
    const transport = socketTransport();
    const heard = new Map<number, number>();
    transport.onMessage((received) => {
      const { id: answered } = received as { id: number };
      heard.set(answered, (heard.get(answered) ?? 0) + 1);
    });
    for (let call = 0; call < 2000; call++) {
      transport.send({ type: 'call', id: call, method: 'experiments.list', input: {} });
    }
    await expect.poll(() => heard.size).toBe(2000);
    expect(new Set(heard.values())).toEqual(new Set([1]));
    transport.close();
  });
});
