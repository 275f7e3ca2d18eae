// Every door of the window, tried one by one over an Electron that pretends: preferences, permissions, navigation, the scheme, the
// preload script, and channels to the lab.
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { connectChannel, portMessage } from '../../shared/desktop-bridge.ts';
import { connect } from '../../shared/rpc.ts';
import { overPort } from '../../shared/transports.ts';
import { nodeWorkers } from '../compute/index.ts';
import { fakeWorker } from '../lab/pretended-lab.testing.ts';
import { pageAddress } from './address.ts';
import * as electron from './pretended-electron.testing.ts';
import { webPreferences } from './window-options.ts';

vi.mock('electron', () => import('./pretended-electron.testing.ts'));

const { app, seen, shell } = electron;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-doors-'));
  const page = join(folder, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  app.folder = folder;
  writeFileSync(join(page, 'index.html'), 'the page');
  writeFileSync(join(page, 'assets', 'a.js'), 'a script');
  writeFileSync(join(folder, 'secret.html'), 'a secret');
  symlinkSync(folder, join(page, 'up'));
  const { startApplication } = await import('./application.ts');
  startApplication({ page, home: join(folder, 'home'), launch: nodeWorkers(fakeWorker, ['good', '0']) });
  seen.ready();
  await vi.waitUntil(() => seen.windows.length === 1, 50_000);
});
afterAll(async () => {
  seen.windows[0]!.close();
  await vi.waitUntil(() => app.exitCode === 0, 50_000);
  rmSync(folder, { recursive: true, force: true });
});

test('the window has these preferences and no other', () => {
  const own = seen.windows[0]!.options.webPreferences as Record<string, unknown>;
  expect(own).toEqual({
    preload: expect.stringMatching(/index\.cjs$/),
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    plugins: false,
    spellcheck: false,
    backgroundThrottling: false,
  });
  expect(webPreferences('p')).toEqual({ ...own, preload: 'p' });
});

describe('permissions', () => {
  /** Every kind that this Electron knows, from its own description. */
  const types = readFileSync(join(import.meta.dirname, '../../../node_modules/electron/electron.d.ts'), 'utf8');
  const kinds = (method: string) => {
    const line = new RegExp(`${method}\\(handler:.*?permission: ((?:'[\\w-]+'(?: \\| )?|string)+)`).exec(types)![1]!;
    return [...line.matchAll(/'([\w-]+)'/g)].map(([, kind]) => kind!);
  };

  test('of every kind are refused, but to write text to the clipboard', () => {
    const request = seen.handlers['permission request'] as unknown as (...values: unknown[]) => void;
    const check = seen.handlers['permission check'] as unknown as (...values: unknown[]) => boolean;
    const all = [...new Set([...kinds('setPermissionRequestHandler'), ...kinds('setPermissionCheckHandler')])];
    expect(all.length).toBeGreaterThan(15);
    const allowed = (kind: string) => {
      let answer: boolean | undefined;
      request(null, kind, (given: boolean) => {
        answer = given;
      });
      expect(check(null, kind, 'lab://page', {})).toBe(answer);
      return answer;
    };
    expect(all.filter(allowed)).toEqual(['clipboard-sanitized-write']);
    for (const kind of ['unknown', '', 'clipboard-sanitized-write ', '__proto__']) expect(allowed(kind)).toBe(false);
    for (const type of ['hid', 'serial', 'usb'])
      expect((seen.handlers['device permission'] as unknown as (device: object) => boolean)({ deviceType: type })).toBe(
        false,
      );
  });

  test('no request leaves by any scheme that has a network', () => {
    const { urls } = (seen.handlers.filter as unknown as () => { urls: string[] })();
    expect(urls.toSorted()).toEqual(['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*']);
  });
});

describe('a page that would go elsewhere', () => {
  function contents() {
    let open: (details: { url: string }) => unknown = () => null;
    const made = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: typeof open) => {
        open = handler;
      },
    });
    app.emit('web-contents-created', {}, made);
    return { made, open: (url: string) => open({ url }) };
  }

  const elsewhere = fc.oneof(
    fc.webUrl(),
    fc.constantFrom(
      ...[
        'about:blank',
        'about:srcdoc',
        'javascript:alert(1)',
        'data:text/html,x',
        'blob:lab://page/1',
        'file:///etc/passwd',
      ],
      ...[
        'lab://page/assets/a.js',
        'lab://page',
        'lab://page:80/',
        'lab://PAGE/x',
        'lab://page/?x',
        'LAB://other/',
        '',
      ],
      ...[
        'lab://page/..',
        'lab://page//',
        'lab://page\\',
        ' lab://evil/',
        'chrome://gpu',
        'view-source:lab://page/',
        'devtools://x',
      ],
      ...[
        'https://arxiv.org.evil.example/',
        'https://evil.example/#lab://page/',
        'http://arxiv.org/',
        'https://arxiv.org:8443/x',
      ],
    ),
    fc.string(),
  );

  test('stays, opens no window and shows nothing outside but a cited source', () => {
    const { made, open } = contents();
    shell.opened.length = 0;
    fc.assert(
      fc.property(elsewhere, fc.constantFrom('will-navigate', 'will-redirect'), (url, how) => {
        fc.pre(url.split('#')[0] !== pageAddress);
        const event = { url, preventDefault: vi.fn() };
        made.emit(how, event);
        expect(event.preventDefault).toHaveBeenCalledOnce();
        expect(open(url)).toEqual({ action: 'deny' });
        const frame = { url, isMainFrame: false, preventDefault: vi.fn() };
        made.emit('will-frame-navigate', frame);
        expect(frame.preventDefault).toHaveBeenCalledTimes(url === 'about:srcdoc' ? 0 : 1);
      }),
      fuzzing(300),
    );
    expect(shell.opened.filter((address) => !address.startsWith('https://arxiv.org/'))).toEqual([]);
    expect(open('https://arxiv.org/abs/2506.14038')).toEqual({ action: 'deny' });
    expect(shell.opened.at(-1)).toBe('https://arxiv.org/abs/2506.14038');
  });
});

describe('lab://', () => {
  const handle = (url: string, method = 'GET') =>
    (seen.handlers['scheme lab'] as unknown as (request: object) => Promise<Response>)({ url, method });

  const piece = fc.constantFrom(
    ...[
      '..',
      '.',
      '',
      'assets',
      'a.js',
      'up',
      'secret.html',
      'index.html',
      '%2e%2e',
      '%252e',
      '%2f',
      '%5c',
      '\\',
      '\0',
    ],
    ...['%00', '%c0%ae%c0%ae', '__proto__', 'ASSETS', 'A.JS', 'a.js.', 'a.js::$DATA', 'con', '~'],
  );
  const address = fc
    .tuple(
      fc.constantFrom(
        'lab://page/',
        'lab://page//',
        'lab://other/',
        'lab://page:1/',
        'lab:/',
        'lab:page/',
        'lab://x@page/',
        'LAB://page/',
      ),
      fc.array(piece, { maxLength: 5 }),
      fc.constantFrom('', '?x', '#x', '?../secret.html', '/', '\\'),
    )
    .map(([start, pieces, end]) => `${start}${pieces.join('/')}${end}`);

  test('hands out the page’s own files, under its policy, whatever is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(address, async (url) => {
        const answer = await handle(url);
        expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
        const text = await answer.text();
        expect([200, 404]).toContain(answer.status);
        expect(['', 'the page', 'a script']).toContain(text);
        expect(answer.status === 200).toBe(text !== '');
      }),
      fuzzing(500),
    );
    expect(await (await handle('lab://page/assets/a.js?x#y')).text()).toBe('a script');
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'get', ''])
      expect((await handle(pageAddress, method)).status).toBe(404);
    for (const url of ['lab://page/assets', 'lab://page/up', 'lab://page/up/secret.html', 'lab://page/Assets/a.js'])
      expect((await handle(url)).status).toBe(404);
  });

  test('says that a file is not there when it has gone since', async () => {
    rmSync(join(folder, 'page', 'assets', 'a.js'));
    expect((await handle('lab://page/assets/a.js')).status).toBe(404);
    mkdirSync(join(folder, 'page', 'assets', 'a.js'));
    expect((await handle('lab://page/assets/a.js')).status).toBe(404);
  });
});

test('the preload script adds two functions to the page, frozen, and says nothing but that a channel is wanted', async () => {
  const said: unknown[][] = [];
  const posted: unknown[][] = [];
  vi.stubGlobal('location', { origin: 'lab://page' });
  vi.stubGlobal('window', { postMessage: (...values: unknown[]) => posted.push(values) });
  electron.preload.said = said;
  await import('../../preload/index.ts');
  expect(Object.keys(electron.preload.exposed)).toEqual(['lab']);
  const bridge = electron.preload.exposed.lab as Record<string, (...values: unknown[]) => unknown>;
  expect(Object.entries(bridge).map(([name, value]) => [name, typeof value])).toEqual([
    ['connect', 'function'],
    ['pathOf', 'function'],
  ]);
  expect(Object.isFrozen(bridge)).toBe(true);
  expect(said).toEqual([]);
  bridge.connect!('other-channel', { evil: 1 });
  expect(said).toEqual([[connectChannel, null, [expect.any(MessagePort)]]]);
  expect(posted).toEqual([[portMessage, 'lab://page', [expect.any(MessagePort)]]]);
  expect(bridge.pathOf!('a file')).toBe('path of a file');
  for (const ports of [said[0]![2], posted[0]![2]]) for (const port of ports as MessagePort[]) port.close();
  vi.unstubAllGlobals();
});

describe('a channel', () => {
  const pageFrame = { url: pageAddress, parent: null };

  function pair() {
    const { port1: near, port2 } = new MessageChannel();
    const closed = new Promise<void>((resolve) => near.addEventListener('close', () => resolve(), { once: true }));
    near.start();
    const asMain = {
      postMessage: (message: unknown) => port2.postMessage(message),
      on: (_: 'message', listener: (event: { data: unknown }) => void) =>
        port2.addEventListener('message', listener as never),
      once: (_: 'close', listener: () => void) => port2.addEventListener('close', listener, { once: true }),
      start: () => port2.start(),
      close: () => port2.close(),
    };
    return { near, asMain, closed };
  }

  const ask = (senderFrame: unknown, ports: unknown[], id = 7, message: unknown = null) =>
    electron.ipcMain.emit(connectChannel, { senderFrame, sender: { id }, ports }, message);

  test.each([
    ['of no frame', null],
    ['of a frame within the page', { url: pageAddress, parent: {} }],
    ['of an empty frame', { url: 'about:srcdoc', parent: {} }],
    ['of a blank window', { url: 'about:blank', parent: null }],
    ['of a file', { url: 'file:///page/', parent: null }],
    ['of another host', { url: 'lab://pages/', parent: null }],
    ['of an asset as a page', { url: 'lab://page/assets/a.js', parent: null }],
    ['of a page with a query', { url: `${pageAddress}?x`, parent: null }],
    ['of a site', { url: 'https://evil.example/#lab://page/', parent: null }],
  ])('%s is closed with all its ports', async (_, frame) => {
    const ports = [pair(), pair(), pair()];
    ask(
      frame,
      ports.map(({ asMain }) => asMain),
    );
    await Promise.all(ports.map(({ closed }) => closed));
  });

  test('without a port, or with more than one, does no harm', async () => {
    ask(pageFrame, []);
    const [first, second] = [pair(), pair()];
    ask(pageFrame, [first.asMain, second.asMain], 8, { anything: 'x'.repeat(1e6) });
    await second.closed;
    const client = connect(overPort(first.near));
    expect(await client.api.about.get({})).toMatchObject({ door: 'window' });
    client.close();
  });

  test('on which too much is sent is closed, and the next one is served', async () => {
    const flood = [
      new Uint8Array(200 * 2 ** 20),
      Array(2_000_000).fill(0),
      'x'.repeat(100 * 2 ** 20),
      new Map([[1, 2]]),
      { type: 'call', id: 1, method: 'about.get', input: {}, more: 1 },
    ];
    for (const message of flood) {
      const { near, asMain, closed } = pair();
      ask(pageFrame, [asMain]);
      near.postMessage(message);
      await closed;
    }
    const { near, asMain } = pair();
    ask(pageFrame, [asMain]);
    const client = connect(overPort(near));
    expect(await client.api.experiments.list({})).toEqual([]);
    client.close();
  });

  test('that is closed in the middle of calls ends them, and nothing is sent to it any more', async () => {
    const { near, asMain } = pair();
    const sent = vi.spyOn(asMain, 'postMessage');
    const gone = new Promise<void>((resolve) => asMain.once('close', resolve));
    ask(pageFrame, [asMain]);
    const client = connect(overPort(near));
    client.watch(() => {});
    const calls = [client.api.engines.probe({ measure: false }), client.api.about.get({})].map((call) =>
      call.catch((thrown) => thrown),
    );
    client.close();
    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ code: 'request' });
    await gone;
    const other = pair();
    ask(pageFrame, [other.asMain], 9);
    const next = connect(overPort(other.near));
    const before = sent.mock.calls.length;
    await next.api.experiments.create({ name: 'told to those who are there' });
    expect(sent.mock.calls.length).toBe(before);
    next.close();
  });
});
