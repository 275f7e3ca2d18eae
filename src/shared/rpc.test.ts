import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { ApiEvent, ApiHandlers } from './api.ts';
import { LabError } from './errors.ts';
import { withinSize } from './message-size.ts';
import { type CallServer, type Client, connect, serveCalls, type Transport } from './rpc.ts';
import { inProcess, overProcess, overWebSocket } from './transports.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Answers a few calls, and lets the test see what became of them. */
function pretended() {
  const listeners = new Set<(event: ApiEvent) => void>();
  const seen = { aborted: 0 };
  const numbers = { steps: Float64Array.of(1, 2), values: Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY) };
  const handlers = {
    metrics: {
      series: () => [{ run: 'r', ...numbers, last: -0 }],
      names: ({ run }: { run: string }) => {
        throw new LabError('not-found', 'There is none.', { field: 'run', value: run, remedy: 'Choose another.' });
      },
    },
    engines: {
      list: () => null,
      probe: (_: unknown, signal: AbortSignal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            seen.aborted += 1;
            reject(signal.reason);
          });
        }),
    },
    experiments: {
      list: () => {
        throw new TypeError('a fault of ours');
      },
    },
  } as unknown as ApiHandlers;
  const watch: CallServer['watch'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    server: { handlers, watch },
    seen,
    listeners,
    emit: (event: ApiEvent) => {
      for (const tell of [...listeners]) tell(event);
    },
  };
}

type Pretended = ReturnType<typeof pretended>;

async function throughMessageChannel({ server }: Pretended): Promise<Transport> {
  const [near, far] = inProcess();
  serveCalls(far, server);
  endings.push(() => near.close());
  return near;
}

async function throughWebSocket({ server }: Pretended): Promise<Transport> {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
  sockets.on('connection', (socket) => serveCalls(overWebSocket(socket as never), server));
  endings.push(() => sockets.close());
  const { port } = sockets.address() as AddressInfo;
  const near = overWebSocket(new WebSocket(`ws://127.0.0.1:${port}`) as never);
  endings.push(() => near.close());
  return near;
}

const event: ApiEvent = { type: 'note', run: 'r', step: Number.NaN, kind: 'k', message: '\u202e' };

describe.each([
  ['a message channel', throughMessageChannel],
  ['a WebSocket', throughWebSocket],
])('over %s', (_, open) => {
  async function opened(): Promise<Pretended & Client> {
    const lab = pretended();
    return { ...lab, ...connect(await open(lab)) };
  }
  const query = { runs: ['r'], metrics: ['m'], resolution: 10 };

  test('an answer arrives with every number and array as it was', async () => {
    const { api } = await opened();
    const [series] = await api.metrics.series(query);
    expect(series).toEqual({
      run: 'r',
      steps: Float64Array.of(1, 2),
      values: Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY),
      last: -0,
    });
    expect(await api.engines.list({})).toBeNull();
  });

  test('an error arrives as what it was', async () => {
    const { api } = await opened();
    const error = await api.metrics.names({ run: 'r' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(LabError);
    expect(error.toJSON()).toEqual({
      code: 'not-found',
      message: 'There is none.',
      field: 'run',
      value: 'r',
      remedy: 'Choose another.',
    });
    await expect(api.experiments.list({})).rejects.toMatchObject({ code: 'internal', message: 'a fault of ours' });
  });

  test('a bad input is refused with its field and reaches nothing', async () => {
    const { api } = await opened();
    await expect(api.metrics.series({ ...query, resolution: 0 })).rejects.toMatchObject({
      code: 'request',
      field: 'resolution',
    });
    await expect(api.metrics.series({ ...query, extra: 1 } as never)).rejects.toMatchObject({ code: 'request' });
    await expect(api.metrics.names({ run: 7 } as never)).rejects.toMatchObject({ field: 'run' });
  });

  test('what no message carries is refused where it is asked, and forgotten', async () => {
    const { api, close, closed } = await opened();
    await expect(api.metrics.names({ run: (() => 'r') as never })).rejects.toBeInstanceOf(LabError);
    expect(await api.engines.list({})).toBeNull();
    close();
    await closed;
  });

  test('a refusal says little of what was asked, however much it was', async () => {
    const { api } = await opened();
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key ${index}`, 1]));
    for (const input of [many, { ['k'.repeat(1e5)]: 1 }, new Uint8Array(1e5), { run: 'x'.repeat(1e5) }]) {
      const error = await api.metrics.names(input as never).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'request', field: expect.any(String), value: expect.any(String) });
      expect(JSON.stringify(error).length).toBeLessThan(600);
    }
  });

  test('events reach those who watch, from then on and until they stop', async () => {
    const { watch, emit, listeners, api } = await opened();
    const heard: ApiEvent[] = [];
    const stop = watch((event) => heard.push(event));
    watch(() => {});
    await api.engines.list({});
    expect(listeners.size).toBe(1);
    emit(event);
    await api.engines.list({});
    expect(heard).toEqual([event]);
    stop();
    emit(event);
    await api.engines.list({});
    expect(heard).toHaveLength(1);
  });

  test('a call that is given up ends at both sides', async () => {
    const { api, seen } = await opened();
    const controller = new AbortController();
    const probing = api.engines.probe({ measure: true }, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(probing).rejects.toThrow('enough');
    await api.engines.list({});
    expect(seen.aborted).toBe(1);
    await expect(api.engines.probe({ measure: true }, { signal: controller.signal })).rejects.toThrow('enough');
  });

  test('a connection that closes rejects what waits, and cancels it', async () => {
    const { api, close, closed, seen, watch, listeners } = await opened();
    watch(() => {});
    const probing = api.engines.probe({ measure: true });
    await api.engines.list({});
    close();
    await expect(probing).rejects.toMatchObject({ message: 'The connection to the lab is lost.' });
    await closed;
    await expect(api.engines.list({})).rejects.toMatchObject({ code: 'request' });
    await expect.poll(() => [seen.aborted, listeners.size]).toEqual([1, 0]);
  });

  test.each([
    ['an unknown type', { type: 'run', id: 1 }],
    ['no message', null],
    ['a call without a number', { type: 'call', id: 'x', method: 'engines.list', input: {} }],
    ['a call with more', { type: 'call', id: 1, method: 'engines.list', input: {}, more: 1 }],
    ['a name beyond any', { type: 'call', id: 1, method: 'x'.repeat(101), input: {} }],
  ])('the connection ends at %s', async (_, message) => {
    const transport = await open(pretended());
    const closed = new Promise<void>((resolve) => transport.onClose(resolve));
    transport.onMessage(() => {});
    transport.send(message);
    await closed;
  });

  test.each(['engines', 'engines.', 'engines.list.x', 'engines.toString', '__proto__.list', 'constructor.name', ''])(
    'there is no call %j',
    async (method) => {
      const transport = await open(pretended());
      const answered = new Promise((resolve) => transport.onMessage(resolve));
      transport.send({ type: 'call', id: 7, method, input: {} });
      expect(await answered).toMatchObject({ type: 'refusal', id: 7, error: { code: 'request', field: 'method' } });
    },
  );

  test('only so many calls are under way at once', async () => {
    const { api } = await opened();
    const probes = Array.from({ length: 260 }, () => api.engines.probe({ measure: false }));
    const ends = await Promise.all(probes.slice(256).map((probe) => probe.catch((thrown) => thrown)));
    for (const end of ends) expect(end).toMatchObject({ code: 'request', remedy: 'Wait for some of them.' });
    for (const probe of probes) probe.catch(() => {});
  });
});

test('a child process is asked the same way', async () => {
  const child = fork(join(import.meta.dirname, 'echo-child.testing.ts'), { serialization: 'advanced', execArgv: [] });
  const { api, close, closed } = connect(overProcess(child));
  expect(await api.metrics.names({ run: 'r' })).toEqual(['r', String(child.pid)]);
  close();
  await closed;
  await once(child, 'exit');
});

test('a message is measured before it is looked at', () => {
  const limits = { values: 5, bytes: 100, levels: 3 };
  const endless: Record<string, unknown> = {};
  endless.self = endless;
  expect(withinSize({ a: [1, 'x'] }, limits)).toBe(true);
  expect(withinSize([1, 2, 3, 4, 5], limits)).toBe(false);
  expect(withinSize('x'.repeat(51), limits)).toBe(false);
  expect(withinSize(new Uint8Array(101), limits)).toBe(false);
  expect(withinSize([[[[]]]], limits)).toBe(false);
  expect(withinSize(endless)).toBe(false);
  expect(withinSize(new Map([[1, new Uint8Array(1e6)]]), limits)).toBe(false);
});
