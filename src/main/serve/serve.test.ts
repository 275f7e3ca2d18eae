// What a served lab promises: nobody gets at it who was not given its token, from whatever page, host or port.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { connect, type Transport } from '../../shared/rpc.ts';
import { overWebSocket } from '../../shared/transports.ts';
import { encode } from '../../shared/wire.ts';
import { nodeWorkers } from '../compute/index.ts';
import { fakeWorker } from '../lab/pretended-lab.testing.ts';
import { pageFiles } from '../page/page-files.ts';
import { judge } from './gate.ts';
import { credentialsOf, openPageSocket, type PageCredentials } from './page-credentials.testing.ts';
import { runServe } from './run-serve.ts';
import { derivedSecret, newSecret, sameSecret } from './secret.ts';
import { type PageServer, startServer } from './server.ts';

let folder: string;
let server: PageServer;
let served: Transport[];

const start = (more: { heartbeat?: number } = {}) =>
  startServer({ files: pageFiles(join(folder, 'page')), port: 0, serve: (one) => served.push(one), ...more });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-page-'));
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>the page</title>');
  writeFileSync(join(folder, 'page', 'assets', 'a-1.js'), 'let a');
  writeFileSync(join(folder, 'secret.html'), 'secret');
  served = [];
  server = await start();
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface Ask {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

const send = ({ path = '/', method = 'GET', headers = {} }: Ask): ClientRequest =>
  request({
    host: '127.0.0.1',
    port: server.port,
    path,
    method,
    headers: { host: `127.0.0.1:${server.port}`, ...headers },
  });

async function ask({ body, ...what }: Ask): Promise<Answer> {
  const sent = send(what);
  sent.on('error', () => {});
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  return { status: response.statusCode, headers: response.headers, text };
}

const token = () => new URL(server.address).searchParams.get('token')!;

const credentials = (): Promise<PageCredentials> => credentialsOf(server.address);
const cookie = async () => (await credentials()).cookie;

describe('the token', () => {
  test('has 192 bits and is never the same', () => {
    expect(Buffer.from(token(), 'base64url')).toHaveLength(24);
    expect(newSecret()).not.toBe(newSecret());
  });

  test('is compared whole, whatever the lengths', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    for (const other of ['', 'ab', 'abd', 'abcd', 'Abc']) expect(sameSecret(other, 'abc')).toBe(false);
  });

  test('opens the page once in the address, and from then on by a cookie that is not the token', async () => {
    const first = await ask({ path: `/?token=${token()}` });
    expect(first.status).toBe(200);
    expect(first.text).not.toContain(token());
    expect(first.headers['set-cookie']).toHaveLength(1);
    const [set] = first.headers['set-cookie']!;
    expect(set).toMatch(new RegExp(`^simbal-lab-${server.port}=[\\w-]{32}; HttpOnly; SameSite=Strict; Path=/$`));
    expect(set).not.toContain(token());
    expect(await ask({ headers: { cookie: `other=1; ${await cookie()}` } })).toMatchObject({
      status: 200,
      text: '<!doctype html><title>the page</title>',
    });
  });

  test('opens it also from a link of another program', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await ask({ path: `/?token=${token()}`, headers })).status).toBe(200);
  });

  test.each([
    ['nothing', () => ({})],
    ['a wrong token', () => ({ path: `/?token=${newSecret()}` })],
    ['an empty token', () => ({ path: '/?token=' })],
    ['a part of the token', () => ({ path: `/?token=${token().slice(0, -1)}` })],
    ['a wrong cookie', () => ({ headers: { cookie: `simbal-lab-${server.port}=${newSecret()}` } })],
    ['the token as the cookie', () => ({ headers: { cookie: `simbal-lab-${server.port}=${token()}` } })],
    ['the token as another header', () => ({ headers: { authorization: `Bearer ${token()}` } })],
  ])('%s opens nothing', async (_, what) => {
    for (const path of ['/', '/assets/a-1.js', '/nowhere']) {
      const answer = await ask({ path, ...what() });
      expect(answer.status).toBe(401);
      expect(answer.text).toMatch(/^Open the address that the lab printed.* token.* cookie/);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  test('the cookie of one lab is not that of another', async () => {
    const other = await startServer({ files: pageFiles(join(folder, 'page')), port: 0, serve: () => {} });
    expect(derivedSecret('one', 'a')).not.toBe(derivedSecret('one', 'b'));
    const value = (await cookie()).split('=')[1];
    const headers = { host: `127.0.0.1:${other.port}`, cookie: `simbal-lab-${other.port}=${value}` };
    const sent = request({ host: '127.0.0.1', port: other.port, headers }).end();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(401);
    response.resume();
    await other.close();
  });
});

/** What a request from elsewhere looks like, given the right secrets. */
const elsewhere: [string, (port: number) => Record<string, string>][] = [
  ['a name that was rebound', (port) => ({ host: `evil.example:${port}` })],
  ['a name that begins like ours', (port) => ({ host: `localhost.evil.com:${port}` })],
  ['a name that ends like ours', (port) => ({ host: `evil-localhost:${port}` })],
  ['no port', () => ({ host: 'localhost' })],
  ['a port that is none', (port) => ({ host: `localhost:${port}:1` })],
  ['all addresses', (port) => ({ host: `0.0.0.0:${port}` })],
  ['a user in the host', (port) => ({ host: `localhost:${port}@evil.example` })],
  ['the origin null', () => ({ origin: 'null' })],
  ['an origin elsewhere', () => ({ origin: 'https://evil.example' })],
  ['an origin on another local port', (port) => ({ origin: `http://127.0.0.1:${port + 1}` })],
  ['an origin that begins like ours', (port) => ({ origin: `http://127.0.0.1:${port}.evil.example` })],
  ['our origin by another scheme', (port) => ({ origin: `https://127.0.0.1:${port}` })],
  [
    'our origin, asking at another port',
    (port) => ({ host: `127.0.0.1:${port + 1}`, origin: `http://127.0.0.1:${port}` }),
  ],
  ['our origin by another of our names', (port) => ({ origin: `http://localhost:${port}` })],
  ['an empty origin', () => ({ origin: '' })],
];

describe('another page', () => {
  test.each(elsewhere)('%s is refused on every route, whatever it knows', async (_, from) => {
    const headers = { cookie: await cookie(), ...from(server.port) };
    for (const path of ['/', `/?token=${token()}`, '/assets/a-1.js', '/socket', '/nowhere']) {
      const answer = await ask({ path, headers });
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  test.each(['cross-site', 'same-site'])('a %s request with the cookie is refused', async (site) => {
    const headers = { cookie: await cookie(), 'sec-fetch-site': site };
    expect((await ask({ headers })).status).toBe(403);
    expect((await ask({ headers: { ...headers, 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
  });

  test('our own names are not refused', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST']) {
      const host = `${name}:${server.port}`;
      const headers = { host, cookie: await cookie(), origin: `http://${host.toLowerCase()}` };
      expect((await ask({ headers })).status).toBe(200);
    }
  });
});

describe('a WebSocket', () => {
  /** As a page opens it, but for what is said otherwise. */
  async function open(headers: Record<string, string> = {}, path = '/socket', more = {}): Promise<WebSocket> {
    const { protocols, cookie, origin } = await credentials();
    const own = { host: `127.0.0.1:${server.port}`, origin, cookie };
    const kept = Object.fromEntries(Object.entries({ ...own, ...headers }).filter(([, value]) => value !== ''));
    return new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { headers: kept, ...more });
  }
  const statusOf = async (opening: WebSocket | Promise<WebSocket>): Promise<number> => {
    const socket = await opening;
    socket.on('error', () => {});
    return Promise.race([
      once(socket, 'open').then(() => 101),
      once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
    ]);
  };

  test('with cookie and key, from the page itself, is served, and the key is not sent back', async () => {
    const socket = await open();
    expect(await statusOf(socket)).toBe(101);
    expect(socket.protocol).toBe('simbal-lab');
    expect(served).toHaveLength(1);
  });

  test.each(elsewhere)('%s opens none', async (_, from) => {
    const { origin, ...rest } = from(server.port);
    // An empty header cannot be told from none here; every route is asked with it above.
    if (origin === '') return;
    expect(await statusOf(open({ ...rest, ...(origin && { origin }) }))).toBe(403);
    expect(served).toHaveLength(0);
  });

  test('none is opened without the cookie, by the token alone, by no page, or anywhere else', async () => {
    expect(await statusOf(open({ cookie: '' }))).toBe(401);
    expect(await statusOf(open({ cookie: '' }, `/?token=${token()}`))).toBe(403);
    expect(await statusOf(open({ cookie: '' }, `/socket?token=${token()}`))).toBe(401);
    expect(await statusOf(open({}, '/'))).toBe(404);
    expect(await statusOf(open({ 'sec-fetch-site': 'same-site' }))).toBe(403);
    expect(await statusOf(open({ origin: '' }))).toBe(403);
    expect(served).toHaveLength(0);
  });

  test('the cookie alone opens none: a browser sends it to every port of the machine', async () => {
    const { protocols, ...known } = await credentials();
    const wrong = [[], ['simbal-lab'], ['simbal-lab', newSecret()], ['simbal-lab', token()], [protocols[1]!]];
    const cookieValue = known.cookie.split('=')[1]!;
    for (const given of [...wrong, ['simbal-lab', cookieValue], ['other', protocols[1]!]]) {
      expect(await statusOf(openPageSocket({ ...known, protocols: given }))).toBe(401);
    }
    expect(served).toHaveLength(0);
    expect(await statusOf(openPageSocket({ ...known, protocols }))).toBe(101);
  });

  test('only so many pages are served at once', async () => {
    const known = await credentials();
    const found = await Promise.all(Array.from({ length: 64 }, () => statusOf(openPageSocket(known))));
    expect(new Set(found)).toEqual(new Set([101, 503]));
  });

  test.each([
    ['a message of 5 MB', () => new Uint8Array(5 * 2 ** 20)],
    ['text', () => 'hello'],
    ['bytes that are no message', () => Uint8Array.of(1, 2, 3)],
    ['a message of 64-fold nesting', () => encode(JSON.parse(`${'['.repeat(63)}1${']'.repeat(63)}`))],
  ])('ends at %s', async (_, data) => {
    const socket = await open();
    await once(socket, 'open');
    served[0]!.onMessage(() => served[0]!.close());
    socket.send(data());
    const [code] = await once(socket, 'close');
    expect([1009, 4002]).toContain(code);
  });

  test('one that answers no more loses its place', async () => {
    await server.close();
    server = await start({ heartbeat: 100 });
    const socket = await open({}, '/socket', { autoPong: false });
    await once(socket, 'open');
    const closed = vi.fn();
    served[0]!.onClose(closed);
    await once(socket, 'close');
    await expect.poll(() => closed.mock.calls.length).toBe(1);
  });
});

describe('a path', () => {
  test.each([
    '/../secret.html',
    '/assets/../../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/assets/..%5c..%5csecret.html',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/index.html',
    '/assets/a-1.js%00.html',
    '/link.html',
    '/__proto__',
    '/constructor',
    'http://evil.example/',
  ])('%s leads nowhere', async (path) => {
    symlinkSync(join(folder, 'secret.html'), join(folder, 'page', 'link.html'));
    const other = await startServer({ files: pageFiles(join(folder, 'page')), port: 0, serve: () => {} });
    await server.close();
    server = other;
    const answer = await ask({ path, headers: { cookie: await cookie() } });
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('secret');
  });

  test('of the page leads to its file, with its type', async () => {
    const headers = { cookie: await cookie() };
    expect(await ask({ path: '/assets/a-1.js?x', headers })).toMatchObject({
      status: 200,
      text: 'let a',
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'private, max-age=31536000, immutable',
      },
    });
    expect(await ask({ path: '/', method: 'HEAD', headers })).toMatchObject({ status: 200, text: '' });
  });
});

describe('a request', () => {
  test('other than GET, or with a body, is refused', async () => {
    const headers = { cookie: await cookie() };
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
      expect((await ask({ method, headers })).status).toBe(405);
    expect((await ask({ headers: { ...headers, 'content-length': '5' }, body: 'hello' })).status).toBe(413);
    expect((await ask({ headers: { ...headers, 'transfer-encoding': 'chunked' }, body: 'hello' })).status).toBe(413);
  });

  test('with too much in its head is refused', async () => {
    const answer = await ask({ headers: { cookie: 'x'.repeat(20_000) } });
    expect(answer.status).toBe(431);
  });

  test('is answered with headers that keep the page to itself, also when it is refused', async () => {
    const heads: Record<string, string>[] = [{}, { cookie: await cookie() }, { host: 'evil.example' }];
    for (const headers of heads) {
      const answer = await ask({ headers });
      expect(answer.headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; /),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

test('a request without a host, with two, or with one in its line is refused', () => {
  const secrets = { token: 't', cookie: 'c', key: 'k' };
  const own = 'localhost:1';
  const asked = (url: string, ...hosts: string[]) => {
    const headers = { cookie: 'simbal-lab-1=c', ...(hosts[0] !== undefined && { host: hosts[0] }) };
    return judge({ headers, headersDistinct: hosts.length > 0 ? { host: hosts } : {}, url }, secrets);
  };
  expect(asked('/', own)).toEqual({ kind: 'known' });
  for (const hosts of [[], [''], ['evil.example', own]]) expect(asked('/', ...hosts)).toMatchObject({ status: 403 });
  for (const second of [own, 'evil.example']) expect(asked('/', own, second)).toMatchObject({ status: 400 });
  for (const url of ['', '*', 'http://localhost:1/', 'localhost:1', 'http://evil.example/?token=t'])
    expect(asked(url, own)).toMatchObject({ status: 400 });
});

test('a cookie that another server of this machine set does not stand in the way of ours', async () => {
  const ours = await cookie();
  const name = ours.split('=')[0];
  for (const headers of [{ cookie: `${name}=theirs; ${ours}` }, { cookie: `${ours}; ${name}=theirs` }])
    expect((await ask({ path: '/assets/a-1.js', headers })).status).toBe(200);
  expect((await ask({ headers: { cookie: `${name}=theirs; ${name}=` } })).status).toBe(401);
});

test('a tunnel may end at any port: that is whose cookie it sets, and whose pages open it', async () => {
  const tunnel = createTcpServer((near) => {
    const far = connectTcp(server.port, '127.0.0.1');
    near.pipe(far).on('error', () => near.destroy());
    far.pipe(near).on('error', () => far.destroy());
  }).listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  const { port } = tunnel.address() as AddressInfo;
  const known = await credentialsOf(server.address.replace(`:${server.port}`, `:${port}`));
  expect(known.cookie).toMatch(new RegExp(`^simbal-lab-${port}=`));
  const page = await fetch(known.origin, { headers: { cookie: known.cookie } });
  expect(await page.text()).toBe('<!doctype html><title>the page</title>');
  await once(openPageSocket(known), 'open');
  expect(served).toHaveLength(1);
  // A page at the lab's own port is another one, with a cookie of another name.
  const [refused] = await once(openPageSocket({ ...known, origin: `http://127.0.0.1:${server.port}` }), 'error');
  expect(refused.message).toContain('401');
  tunnel.close();
});

test('no other machine reaches it', async () => {
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((address) => address && !address.internal && address.family === 'IPv4');
  for (const { address } of others.filter((one) => one !== undefined)) {
    const socket = connectTcp(server.port, address);
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  }
  const socket = connectTcp(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
});

test('a port that another program has is named', async () => {
  await expect(startServer({ files: new Map(), port: server.port, serve: () => {} })).rejects.toMatchObject({
    code: 'request',
    field: 'port',
    value: String(server.port),
  });
});

test('a served lab answers calls, tells its address once, and ends when it is interrupted', async () => {
  const lines: string[] = [];
  const interrupt = new AbortController();
  const home = join(folder, 'home');
  const launch = nodeWorkers(fakeWorker, ['good', '0']);
  const ended = runServe({
    ...{ home, port: 0, page: join(folder, 'page'), launch, interrupted: interrupt.signal },
    say: (line) => lines.push(line),
  });
  await expect.poll(() => lines.length).toBeGreaterThan(2);
  const address = new URL(lines.find((line) => line.includes('token='))!.trim());
  const { api, closed } = connect(overWebSocket(openPageSocket(await credentialsOf(address)) as never));
  expect(await api.about.get({})).toMatchObject({ door: 'browser', home, port: Number(address.port) });
  await api.experiments.create({ name: '<script>alert(1)</script>' });
  expect(await api.experiments.list({})).toMatchObject([{ name: '<script>alert(1)</script>' }]);
  expect(lines.filter((line) => line.includes(address.searchParams.get('token')!))).toHaveLength(1);
  interrupt.abort();
  await ended;
  await closed;
});

test.each([-1, 1.5, 65_536, Number.NaN])('the port %s is refused before anything is opened', async (port) => {
  const options = { home: join(folder, 'home'), say: () => {}, interrupted: AbortSignal.abort() };
  await expect(runServe({ ...options, port })).rejects.toMatchObject({ code: 'request', field: 'port' });
});

test('a page that is not built is said so, before a lab is opened', async () => {
  const options = {
    home: join(folder, 'home'),
    page: join(folder, 'none'),
    say: () => {},
    interrupted: AbortSignal.abort(),
  };
  await expect(runServe(options)).rejects.toMatchObject({
    code: 'not-found',
    remedy: expect.stringContaining('npm run build'),
  });
});
