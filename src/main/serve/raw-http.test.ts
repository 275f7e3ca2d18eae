// A served lab against clients that keep to no rule of HTTP or WebSocket: what they get is a refusal or nothing, and the page is
// answered as before.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import type { Transport } from '../../shared/rpc.ts';
import { pageFiles } from '../page/page-files.ts';
import { credentialsOf, openPageSocket, type PageCredentials } from './page-credentials.testing.ts';
import { type PageServer, startServer } from './server.ts';

const pageText = '<!doctype html><title>the page</title>';
/** Larger than what a system holds for a client that does not read. */
const large = 'x'.repeat(16 * 2 ** 20);

let folder: string;
let server: PageServer;
let credentials: PageCredentials;
let served: { transport: Transport; heard: unknown[] }[];
const sockets = new Set<Socket>();

async function start(patience = 60_000): Promise<void> {
  served = [];
  server = await startServer({
    files: pageFiles(join(folder, 'page')),
    port: 0,
    patience,
    serve(transport) {
      const heard: unknown[] = [];
      transport.onMessage((message) => heard.push(message));
      served.push({ transport, heard });
    },
  });
  // A machine that stalls may use a short patience up.
  credentials = await vi.waitFor(() => credentialsOf(server.address), 50_000);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-raw-'));
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), pageText);
  writeFileSync(join(folder, 'page', 'assets', 'large.js'), large);
  writeFileSync(join(folder, 'secret.html'), 'of somebody else');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A connection that stays open at this end whatever the other does. */
function raw(...pieces: (string | Uint8Array)[]): Socket {
  const socket = connectTcp({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.add(socket);
  socket.on('error', () => {});
  for (const piece of pieces) socket.write(piece);
  return socket;
}

/** All that comes until the server has had enough. */
async function answerTo(...pieces: (string | Uint8Array)[]): Promise<string> {
  const socket = raw(...pieces);
  let text = '';
  socket.setEncoding('latin1').on('data', (piece) => {
    text += piece;
  });
  await ended(socket);
  return text;
}

const ended = (socket: Socket) =>
  new Promise<void>((resolve) => {
    for (const end of ['end', 'close']) socket.once(end, () => resolve());
  });
const gone = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

async function theLabAnswers(): Promise<void> {
  const answer = await fetch(`${credentials.origin}/`, { headers: { cookie: credentials.cookie } });
  expect([answer.status, await answer.text()]).toEqual([200, pageText]);
}

const own = () => `127.0.0.1:${server.port}`;
/** A request of the page itself. */
const known = (line: string, ...more: string[]) =>
  [line, `Host: ${own()}`, `Cookie: ${credentials.cookie}`, 'Connection: close', ...more, '', ''].join('\r\n');
const upgrade = (...more: string[]) =>
  [
    'GET /socket HTTP/1.1',
    ...[`Host: ${own()}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...more, '', ''],
  ].join('\r\n');

describe('a request that two readers would read differently', () => {
  beforeEach(() => start());

  test.each([
    ['two lengths', ['Content-Length: 5', 'Content-Length: 6'], 'hello'],
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['chunks twice', ['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'],
    ['chunks under a name with a blank', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
    ['an unknown coding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['a folded header', ['X: a', ' Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['a length with a sign', ['Content-Length: +5'], 'hello'],
    ['a length that is no number', ['Content-Length: 0x5'], 'hello'],
    ['a length of 2^64', ['Content-Length: 18446744073709551616'], 'hello'],
    ['a NUL in a header', ['X: a\0b'], ''],
    ['a bare line feed', ['X: a\nTransfer-Encoding: chunked'], '0\r\n\r\n'],
    ['two hosts', ['Host: evil.example'], ''],
    ['its host twice', [], 'HOST'],
  ])('%s: is refused, and nothing after it is a request', async (_, headers, body) => {
    const more = body === 'HOST' ? [`Host: ${own()}`] : headers;
    const smuggled = known('GET /assets/large.js HTTP/1.1');
    const first = known('GET / HTTP/1.1', ...more).replace('Connection: close\r\n', '');
    const answer = await answerTo(first + (body === 'HOST' ? '' : body) + smuggled);
    expect(statuses(answer)).toHaveLength(1);
    expect(statuses(answer)[0]).toBeGreaterThanOrEqual(400);
    expect(answer).not.toContain(pageText);
    expect(answer).not.toContain('xxxx');
    await theLabAnswers();
  });

  test.each([
    'http://evil.example/',
    'https://127.0.0.1/',
    '*',
    'evil.example:443',
    '//evil.example/',
    '\\',
    '/\\..\\',
  ])('the target %s leads nowhere', async (target) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const [status = 400] = statuses(await answerTo(known(`${method} ${target} HTTP/1.1`)));
      expect(status).toBeGreaterThanOrEqual(400);
    }
    const absolute = `GET http://${own()}/ HTTP/1.1`;
    expect(statuses(await answerTo(known(absolute)))).toEqual([400]);
    await theLabAnswers();
  });

  test.each(['CONNECT', 'TRACE', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY', 'BREW', 'get'])(
    '%s does nothing, with and without the cookie',
    async (method) => {
      const target = method === 'CONNECT' ? own() : '/';
      for (const request of [
        known(`${method} ${target} HTTP/1.1`, 'X-Echo: do-not-echo'),
        `${method} ${target} HTTP/1.1\r\nHost: ${own()}\r\nConnection: close\r\n\r\n`,
      ]) {
        const answer = await answerTo(request);
        for (const status of statuses(answer)) expect(status).toBeGreaterThanOrEqual(400);
        expect(answer).not.toContain(pageText);
        expect(answer).not.toContain('do-not-echo');
        expect(answer.toLowerCase()).not.toContain('access-control-');
      }
      await theLabAnswers();
    },
  );

  test('an upgrade to anything else, or with a body, is refused and closed', async () => {
    const { cookie, origin, protocols } = credentials;
    const page = [`Cookie: ${cookie}`, `Origin: ${origin}`, `Sec-WebSocket-Protocol: ${protocols.join(', ')}`];
    for (const request of [
      upgrade(...page).replace('Upgrade: websocket', 'Upgrade: h2c'),
      upgrade(...page).replace('GET', 'POST'),
      upgrade(...page).replace('Version: 13', 'Version: 7'),
      upgrade(...page).replace('dGhlIHNhbXBsZSBub25jZQ==', 'short'),
      upgrade(...page, `Host: ${own()}`),
      `${upgrade('Content-Length: 5', `Origin: ${origin}`)}hello`,
      upgrade(),
    ]) {
      expect(statuses(await answerTo(request))[0]).toBeGreaterThanOrEqual(400);
    }
    expect(served).toHaveLength(0);
    expect(statuses(await Promise.race([answerTo(upgrade(...page)), onceServed()]))).toEqual([]);
  });
});

/** '' as soon as a page is served. */
async function onceServed(): Promise<string> {
  await expect.poll(() => served.length).toBe(1);
  return '';
}

describe('a path, however it is written', () => {
  beforeEach(() => start());

  const piece = fc.oneof(
    fc.constantFrom('..', '.', '', 'page', 'assets', 'secret.html', 'index.html', 'large.js', '~', 'etc', 'passwd'),
    fc.constantFrom('%2e%2e', '%252e%252e', '%c0%ae%c0%ae', '..%00', '..;', '%u002e', '\\..', '%5c..', '\x7f', 'con'),
    fc.constantFrom('__proto__', 'constructor', 'toString'),
    fc.string({ unit: 'binary-ascii', maxLength: 6 }).map(encodeURI),
  );
  const path = fc
    .array(fc.tuple(fc.constantFrom('/', '//', '%2f', '\\', '%5c'), piece), { minLength: 1, maxLength: 6 })
    .map((parts) => `/${parts.flat().join('')}`);

  test('leads to a file of the page by its own name, or nowhere', async () => {
    await fc.assert(
      fc.asyncProperty(path, async (written) => {
        const known = new Set(server.paths);
        fc.pre(!known.has(written.split('?')[0]!));
        const answer = await answerTo(
          `GET ${written} HTTP/1.1\r\nHost: ${own()}\r\nCookie: ${credentials.cookie}\r\nConnection: close\r\n\r\n`,
        );
        expect([400, 404]).toContain(statuses(answer)[0]);
        expect(answer).not.toContain('of somebody else');
        expect(answer).not.toContain(pageText);
      }),
      fuzzing(150),
    );
    await theLabAnswers();
  });
});

test('whatever bytes arrive, nothing is given away and the page is answered', async () => {
  await start();
  const line = fc.oneof(
    fc.constantFrom('GET / HTTP/1.1', 'GET /socket HTTP/1.1', 'GET / HTTP/1.0', 'GET /', 'PRI * HTTP/2.0', ''),
    fc.constantFrom(
      'Host: HOST',
      'Host: evil',
      'Cookie: COOKIE',
      'Origin: null',
      'Upgrade: websocket',
      'Connection: x',
    ),
    fc.constantFrom('Connection: Upgrade', 'Expect: 100-continue', 'Expect: x', 'Transfer-Encoding: chunked', 'ffff'),
    fc.constantFrom(
      'Content-Length: 99999999',
      'Content-Length: -1',
      'Trailer: X',
      'Range: bytes=0-1',
      'Keep-Alive: 9',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(line, { maxLength: 12 })
      .map((lines) => Buffer.from(lines.join('\r\n').replaceAll('HOST', `127.0.0.1:${server.port}`), 'latin1')),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const socket = raw(sent);
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
      });
      socket.end();
      await gone(socket);
      expect(text).not.toContain(pageText);
      expect(text).not.toContain('    at ');
    }),
    fuzzing(150),
  );
  await theLabAnswers();
  expect(served).toHaveLength(0);
});

describe('clients that take their time', () => {
  beforeEach(() => start(500));

  test.each([
    ['says nothing', []],
    ['never ends its first line', ['GET /']],
    ['never ends its head', ['GET / HTTP/1.1\r\nHost: x\r\n']],
    ['promises a body', ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx']],
  ])('one that %s loses its place', async (_, pieces) => {
    const socket = raw(...pieces);
    // A byte now and then does not help.
    const drip = setInterval(() => socket.write('x'), 50);
    socket.resume();
    socket.once('end', () => socket.end());
    await gone(socket);
    clearInterval(drip);
    await expect.poll(theLabAnswersNow).toBe(true);
  });

  test('one that does not read its answer loses its place', async () => {
    const socket = raw(known('GET /assets/large.js HTTP/1.1'));
    const [first] = await once(socket, 'data');
    expect(String(first)).toContain('200 OK');
    socket.pause();
    // Only who writes hears of it while not reading; seldom enough to be no sign of life.
    const knock = setInterval(() => socket.write('x'), 1500);
    await gone(socket);
    clearInterval(knock);
    await expect.poll(theLabAnswersNow).toBe(true);
  });

  test('refused upgrades that stay open at the other end keep no place, nor the server from closing', async () => {
    for (let client = 0; client < 150; client++) raw(upgrade());
    await expect.poll(theLabAnswersNow).toBe(true);
    await server.close();
    await start();
  });

  test('more clients than there is room for keep the page out no longer than they may take', async () => {
    for (let client = 0; client < 200; client++) raw('GET /');
    await expect.poll(theLabAnswersNow).toBe(true);
  });

  const theLabAnswersNow = () =>
    theLabAnswers().then(
      () => true,
      () => false,
    );
});

describe('frames of a page that is known', () => {
  beforeEach(() => start());

  const frame = (opcode: number, payload: Uint8Array | string, { last = true, masked = true, length = -1 } = {}) => {
    const bytes = Buffer.from(payload as string);
    const said = length < 0 ? bytes.length : length;
    const head = Buffer.alloc(said < 126 ? 2 : 10);
    head[0] = (last ? 0x80 : 0) | opcode;
    head[1] = (masked ? 0x80 : 0) | (said < 126 ? said : 127);
    if (said >= 126) head.writeBigUInt64BE(BigInt(said), 2);
    return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), bytes]);
  };
  const [text, binary, ping] = [1, 2, 9];

  async function opened(): Promise<Socket> {
    const { cookie, origin, protocols } = credentials;
    const page = [`Cookie: ${cookie}`, `Origin: ${origin}`, `Sec-WebSocket-Protocol: ${protocols.join(', ')}`];
    const socket = raw(upgrade(...page));
    await once(socket, 'data');
    return socket;
  }

  const much = 5 * 2 ** 20;
  test.each<[string, () => Uint8Array]>([
    ['without a mask', () => frame(binary, 'x', { masked: false })],
    ['with reserved bits', () => Buffer.from([0xf2, 0x80, 0, 0, 0, 0])],
    ['of an unknown kind', () => frame(3, 'x')],
    ['that goes on with nothing', () => frame(0, 'x')],
    ['of control that is too long', () => frame(ping, 'x'.repeat(200))],
    ['of control in parts', () => frame(ping, 'x', { last: false })],
    ['that promises 5 MB', () => frame(binary, 'x', { length: much })],
    ['that promises 2^63 bytes', () => frame(binary, 'x', { length: 2 ** 62 })],
    ['of text that is no UTF-8', () => frame(text, Uint8Array.of(0xc0, 0xae))],
    [
      'in parts that are 5 MB together',
      () => Buffer.concat([frame(binary, new Uint8Array(3e6), { last: false }), frame(0, new Uint8Array(3e6))]),
    ],
    [
      'in a hundred thousand parts',
      () =>
        Buffer.concat([
          frame(binary, 'x', { last: false }),
          ...Array.from({ length: 1e5 }, () => frame(0, 'x', { last: false })),
        ]),
    ],
    [
      'in empty parts without end',
      () =>
        Buffer.concat([
          frame(binary, '', { last: false }),
          ...Array.from({ length: 1e5 }, () => frame(0, '', { last: false })),
        ]),
    ],
  ])('one %s ends its connection and reaches nobody', async (_, bytes) => {
    const socket = await opened();
    socket.resume();
    socket.write(bytes());
    await ended(socket);
    expect(served[0]!.heard).toEqual([]);
    await theLabAnswers();
  });

  test('pings without end, whose answers are not read, end their connection', async () => {
    const socket = await opened();
    const closed = new Promise<void>((resolve) => served[0]!.transport.onClose(resolve));
    socket.pause();
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => frame(ping, 'x'.repeat(125))));
    const flood = setInterval(() => socket.writable && socket.writableLength < 2e7 && socket.write(pings), 1);
    await closed;
    clearInterval(flood);
    await theLabAnswers();
  });

  test('after a message that is none, nothing more is heard', async () => {
    const socket = openPageSocket(credentials);
    await once(socket, 'open');
    const { encode } = await import('../../shared/wire.ts');
    socket.send(encode({ good: 1 }));
    socket.send('not ours');
    socket.send(encode({ good: 2 }));
    await once(socket, 'close');
    expect(served[0]!.heard).toEqual([{ good: 1 }]);
  });
});
