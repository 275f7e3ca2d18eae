// The shell's wiring, over an Electron that pretends.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { connectChannel } from '../../shared/desktop-bridge.ts';
import { type Client, connect } from '../../shared/rpc.ts';
import { overPort } from '../../shared/transports.ts';
import { startJob } from '../compute/index.ts';
import { fakeWorker } from '../lab/pretended-lab.testing.ts';
import { pageAddress } from './address.ts';
import * as electron from './pretended-electron.testing.ts';
import { interval } from './training-watch.ts';

vi.mock('electron', () => import('./pretended-electron.testing.ts'));

const { app, dialog, seen, shell } = electron;
let folder: string;
let page: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-window-'));
  page = join(folder, 'page');
  mkdirSync(page);
  app.folder = folder;
  writeFileSync(join(page, 'index.html'), 'the page');
  writeFileSync(join(page, 'later.html'), 'later');
  writeFileSync(join(folder, 'secret'), 'secret');
  const { startApplication } = await import('./application.ts');
  const { utilityWorkers } = await import('./utility-worker.ts');
  startApplication({ page, home: join(folder, 'home'), launch: () => utilityWorkers(fakeWorker)() });
  // Before Electron is ready, and never again.
  expect(seen.calls).toEqual(['scheme', 'sandbox']);
  expect(seen.windows).toHaveLength(0);
  seen.ready();
  await vi.waitUntil(() => seen.windows.length === 1, 50_000);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const window = () => seen.windows[0]!;

/** A page's port, as it arrives at the shell; Electron's has its own way to listen. */
function portMain() {
  const { port1, port2 } = new MessageChannel();
  const asMain = {
    postMessage: (message: unknown) => port2.postMessage(message),
    on: (_: 'message', listener: (event: { data: unknown }) => void) =>
      port2.addEventListener('message', listener as never),
    once: (_: 'close', listener: () => void) => port2.addEventListener('close', listener, { once: true }),
    start: () => port2.start(),
    close: () => port2.close(),
  };
  return { near: port1, asMain };
}

function connectFrom(senderFrame: unknown, id = 1): Client {
  const { near, asMain } = portMain();
  electron.ipcMain.emit(connectChannel, { senderFrame, sender: { id }, ports: [asMain] });
  return connect(overPort(near));
}

const pageFrame = { url: pageAddress, parent: null };

test('the window loads the page, with its preload script in a sandbox', () => {
  expect(window().address).toBe(pageAddress);
  expect(window().visible).toBe(true);
  expect(window().options).toMatchObject({
    webPreferences: { sandbox: true, contextIsolation: true, preload: expect.stringMatching(/preload.index\.cjs$/) },
  });
});

test('lab:// hands out the page with its headers, and nothing that came into its place', async () => {
  const handle = seen.handlers['scheme lab'] as unknown as (request: {
    url: string;
    method: string;
  }) => Promise<Response>;
  const answer = await handle({ url: pageAddress, method: 'GET' });
  expect(await answer.text()).toBe('the page');
  expect(answer.headers.get('Content-Security-Policy')).toContain("connect-src 'none'");
  expect((await handle({ url: 'lab://page/../secret', method: 'GET' })).status).toBe(404);
  expect((await handle({ url: pageAddress, method: 'POST' })).status).toBe(404);
  unlinkSync(join(page, 'later.html'));
  symlinkSync(join(folder, 'secret'), join(page, 'later.html'));
  expect((await handle({ url: 'lab://page/later.html', method: 'GET' })).status).toBe(404);
});

test('pages have no permissions and no network', () => {
  const answers: unknown[] = [];
  const request = seen.handlers['permission request'] as unknown as (...values: unknown[]) => void;
  request(null, 'media', (allowed: boolean) => answers.push(allowed));
  const network = seen.handlers.network as unknown as (...values: unknown[]) => void;
  network({}, (verdict: unknown) => answers.push(verdict));
  expect(answers).toEqual([false, { cancel: true }]);
  expect((seen.handlers['device permission'] as () => unknown)()).toBe(false);
  const download = { preventDefault: vi.fn() };
  seen.session.emit('will-download', download, { getURL: () => 'https://evil.example/x' });
  seen.session.emit(
    'will-download',
    { preventDefault: () => expect.unreachable() },
    { getURL: () => 'blob:lab://page/1' },
  );
  expect(download.preventDefault).toHaveBeenCalledOnce();
});

test('a page goes nowhere and opens nothing but its sources, outside', async () => {
  const { EventEmitter } = await import('node:events');
  let openHandler: (details: { url: string }) => unknown = () => null;
  const contents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: (handler: typeof openHandler) => {
      openHandler = handler;
    },
  });
  app.emit('web-contents-created', {}, contents);
  const event = (url: string, more = {}) => ({ url, preventDefault: vi.fn(), ...more });
  const away = event('https://evil.example/');
  const back = event(pageAddress);
  contents.emit('will-navigate', away);
  contents.emit('will-navigate', back);
  const frame = event('https://evil.example/', { isMainFrame: false });
  contents.emit('will-frame-navigate', frame);
  const webview = event('');
  contents.emit('will-attach-webview', webview);
  for (const { preventDefault } of [away, frame, webview]) expect(preventDefault).toHaveBeenCalledOnce();
  expect(back.preventDefault).not.toHaveBeenCalled();
  expect(openHandler({ url: 'https://arxiv.org/abs/2506.14038' })).toEqual({ action: 'deny' });
  expect(openHandler({ url: 'file:///bin/sh' })).toEqual({ action: 'deny' });
  expect(shell.opened).toEqual(['https://arxiv.org/abs/2506.14038']);
});

test.each([
  ['a frame within the page', { url: pageAddress, parent: {} }],
  ['another page', { url: 'https://evil.example/', parent: null }],
  ['a frame that is gone', null],
])('%s gets no channel', async (_, frame) => {
  const client = connectFrom(frame, 9);
  await client.closed;
  await expect(client.api.about.get({})).rejects.toMatchObject({ code: 'request' });
});

test('a page has one channel; when it is loaded again the one before is closed', async () => {
  const first = connectFrom(pageFrame);
  expect(await first.api.about.get({})).toMatchObject({ door: 'window', home: join(folder, 'home') });
  const second = connectFrom(pageFrame);
  await first.closed;
  expect(await second.api.experiments.list({})).toEqual([]);
  second.close();
});

test('files are chosen and saved in the machine’s own dialogs', async () => {
  const { api, close } = connectFrom(pageFrame);
  const question = { title: 'Choose', kind: 'files', many: true } as const;
  expect(await api.dialogs.open(question)).toEqual([]);
  dialog.paths = ['/a', '/b'];
  expect(await api.dialogs.open(question)).toEqual(['/a', '/b']);
  const file = join(folder, 'saved.svg');
  dialog.paths = [file];
  const save = { title: 'Save', name: '../CON', extension: 'svg', data: '<svg/>' } as const;
  expect(await api.dialogs.save(save)).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe('<svg/>');
  expect(await api.dialogs.save({ ...save, data: Uint8Array.of(65) })).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe('A');
  dialog.paths = [join(folder, 'none', 'x.svg')];
  await expect(api.dialogs.save(save)).rejects.toMatchObject({ field: dialog.paths[0] });
  close();
});

test('a worker is a utility process, watched like any other', async () => {
  const { utilityWorkers } = await import('./utility-worker.ts');
  const command = { type: 'probe', job: { measure: false, threads: 1 } } as const;
  const job = startJob({ launch: utilityWorkers(fakeWorker), command, onEvent: () => {} });
  expect(await job.ended).toMatchObject({ kind: 'done', event: { type: 'engines' } });
  const silent = join(folder, 'silent.mjs');
  writeFileSync(silent, 'console.error("Error: no luck"); process.exit(3)');
  const failing = startJob({ launch: utilityWorkers(silent), command, onEvent: () => {} });
  expect(await failing.ended).toMatchObject({ kind: 'crashed', lastWords: 'Error: no luck' });
  const ended = utilityWorkers(silent)();
  await new Promise((resolve) => ended.onExit(resolve));
  expect(() => ended.kill()).not.toThrow();
  const endless = join(folder, 'endless.mjs');
  writeFileSync(endless, 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
  const stopping = startJob({
    launch: utilityWorkers(endless),
    command,
    onEvent: () => {},
    limits: { silence: 60_000, grace: 50 },
  });
  stopping.stop();
  expect(await stopping.ended).toEqual({ kind: 'stopped' });
});

test('training shows in the dock, keeps the machine awake, and ends with a word; closing asks', async () => {
  const client = connectFrom(pageFrame);
  const { api } = client;
  await api.corpora.add({ name: 'text', sources: [{ path: '/text' }], tokenizer: 'bytes' });
  const { id: experiment } = await api.experiments.create({ name: 'first' });
  expect(JSON.stringify(electron.Menu.template)).toContain('"label":"first"');
  const configuration = configurationFromPreset('nano', { corpus: 'text', training: { steps: 400, warmupSteps: 1 } });
  const [run] = await api.runs.create({ experiment, configuration, objectives: [[]], seeds: [0], start: true });
  await expect.poll(() => electron.powerSaveBlocker.on.size).toBe(1);
  expect(window().progress).toBeGreaterThanOrEqual(0);

  dialog.answer = 2;
  window().close();
  await expect.poll(() => dialog.questions).toHaveLength(1);
  expect(dialog.questions[0]).toMatchObject({
    message: 'none, seed 0 is training.',
    buttons: ['Pause and quit', 'Train on without the window', 'Cancel'],
  });
  expect(window().visible).toBe(true);
  dialog.answer = 1;
  window().close();
  await expect.poll(() => window().visible).toBe(false);
  expect(app.exitCode).toBeNull();
  app.emit('second-instance');
  expect(window().visible).toBe(true);

  await expect.poll(async () => (await api.runs.get({ run: run!.id })).status).toBe('completed');
  await expect.poll(() => electron.powerSaveBlocker.on.size).toBe(0);
  expect(electron.Notification.shown).toEqual(['none, seed 0 is complete']);
  expect(window().progress).toBe(-1);

  window().close();
  await expect.poll(() => app.exitCode).toBe(0);
  expect(dialog.questions).toHaveLength(2);
  // The store is closed: nobody may look into it any more.
  const looks = vi.spyOn(window(), 'setProgressBar');
  await setTimeout(interval + 200);
  expect(looks).not.toHaveBeenCalled();
  expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toEqual({
    bounds: { x: 10, y: 20, width: 900, height: 700 },
    maximized: false,
  });
});
