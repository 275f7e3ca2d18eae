// What the desktop shell decides, without Electron: its doors, its menus, its words.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../shared/commands.ts';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { pageHeaders } from '../page/headers.ts';
import { pageFiles } from '../page/page-files.ts';
import { externalAddress, fileAt, isPage, mayNavigate, pageAddress } from './address.ts';
import { type MenuActions, menuTemplate } from './menu.ts';
import { mayUse } from './permissions.ts';
import { closingAnswers, closingQuestion, endingWords, isTraining, overallProgress } from './training-state.ts';
import { webPreferences, windowOptions } from './window-options.ts';
import { fitting, readWindowState, writeWindowState } from './window-state.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-shell-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the page has no Node and a closed sandbox', () => {
  expect(webPreferences('/preload.cjs')).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    navigateOnDragDrop: false,
  });
  const options = windowOptions({ preload: 'p', icon: 'i', bounds: { width: 900, height: 700 }, dark: true });
  expect(options).toMatchObject({ show: false, width: 900, height: 700, webPreferences: webPreferences('p') });
});

describe('the address lab://', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'page', 'index.html'), 'page');
    writeFileSync(join(folder, 'page', 'assets', 'a.js'), 'a');
    writeFileSync(join(folder, 'page', 'notes.txt'), 'not of the page');
    writeFileSync(join(folder, 'outside.html'), 'outside');
    symlinkSync(join(folder, 'outside.html'), join(folder, 'page', 'link.html'));
    symlinkSync(folder, join(folder, 'page', 'up'));
  });

  test('is the built page, file for file', () => {
    const files = pageFiles(join(folder, 'page'));
    expect([...files.keys()].sort()).toEqual(['/', '/assets/a.js']);
    expect(fileAt(pageAddress, files)).toMatchObject({ type: 'text/html; charset=utf-8', immutable: false });
    expect(fileAt('lab://page/assets/a.js?x#y', files)).toMatchObject({
      type: 'text/javascript; charset=utf-8',
      immutable: true,
    });
  });

  test.each([
    'lab://page/../outside.html',
    'lab://page/%2e%2e/outside.html',
    'lab://page/assets/..%2f..%2foutside.html',
    'lab://page/link.html',
    'lab://page/up/outside.html',
    'lab://page/notes.txt',
    'lab://page//etc/passwd',
    'lab://other/',
    'lab://user@page/',
    'lab:///',
    'file:///etc/passwd',
    'https://page/',
    'no address',
    '',
  ])('%s is nothing', (address) => {
    expect(fileAt(address, pageFiles(join(folder, 'page')))).toBeNull();
  });

  test('alone is the page', () => {
    expect(mayNavigate(pageAddress)).toBe(true);
    expect(mayNavigate(`${pageAddress}#runs`)).toBe(true);
    for (const address of [
      'lab://page/assets/a.js',
      'lab://page.evil/',
      'https://arxiv.org/',
      'file:///',
      'about:blank',
      'javascript:1',
    ]) {
      expect(mayNavigate(address)).toBe(false);
    }
  });

  test('opens a channel to the whole page alone', () => {
    expect(isPage({ url: `${pageAddress}#x`, parent: null })).toBe(true);
    expect(isPage({ url: pageAddress, parent: {} })).toBe(false);
    expect(isPage({ url: 'about:srcdoc', parent: null })).toBe(false);
    expect(isPage({ url: 'lab://pages/', parent: null })).toBe(false);
    expect(isPage(null)).toBe(false);
  });

  test('leads out to cited sources alone', () => {
    expect(externalAddress('https://arxiv.org/abs/2506.14038')).toBe('https://arxiv.org/abs/2506.14038');
    for (const address of [
      'http://arxiv.org/',
      'https://arxiv.org.evil.example/',
      'https://arxiv.org@evil.example/',
      'https://user:name@arxiv.org/',
      'https://evil.example/?https://arxiv.org/',
      'file:///bin/sh',
      'javascript:alert(1)',
      'lab://page/',
      'x',
    ]) {
      expect(externalAddress(address)).toBeNull();
    }
  });

  test('carries a policy that connects nowhere', () => {
    const policy = pageHeaders("'none'")['Content-Security-Policy']!;
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]),
    );
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });
});

test('of all permissions, only to write text to the clipboard', () => {
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'openExternal',
    'hid',
    'fullscreen',
  ]) {
    expect(mayUse(permission)).toBe(false);
  }
  expect(mayUse('clipboard-sanitized-write')).toBe(true);
});

describe('the menus', () => {
  const done: unknown[] = [];
  const actions: MenuActions = {
    command: (id) => done.push(id),
    openExperiment: (id) => done.push(['experiment', id]),
    showFolder: () => done.push('folder'),
  };
  const all = (items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
    items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])]);
  const template = (platform: NodeJS.Platform, names: string[] = [], developer = false) =>
    all(
      menuTemplate({ platform, experiments: names.map((name, id) => ({ id: String(id), name })), developer }, actions),
    );

  test.each(['linux', 'win32', 'darwin'] as const)(
    'on %s have every command once, and each does its own',
    (platform) => {
      const items = template(platform);
      for (const { id, title, accelerator } of commands) {
        const found = items.filter((item) => item.id === id);
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ label: title, ...(accelerator && { accelerator }) });
        done.length = 0;
        (found[0]!.click as () => void)();
        expect(done).toEqual([id]);
      }
      expect(items.some(({ role }) => role === 'quit')).toBe(true);
      expect(items.some(({ role }) => role === 'editMenu')).toBe(true);
    },
  );

  test('have no shortcut twice', () => {
    const accelerators = commands.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(accelerators).size).toBe(accelerators.length);
  });

  test('look inside the page only for those who make it', () => {
    expect(template('linux').some(({ role }) => role === 'toggleDevTools')).toBe(false);
    expect(template('linux', [], true).some(({ role }) => role === 'toggleDevTools')).toBe(true);
  });

  test('name recent experiments as they are, whatever they are called', () => {
    const items = template('linux', ['a & b', `x\u202e\n${'y'.repeat(100)}`, '\u0000']);
    const labels = items.map(({ label }) => label);
    expect(labels).toContain('a && b');
    expect(labels).toContain(`x${'y'.repeat(58)}…`);
    expect(labels).toContain('Unnamed');
    done.length = 0;
    (items.find(({ label }) => label === 'a && b')!.click as () => void)();
    expect(done).toEqual([['experiment', '0']]);
    expect(template('linux').find(({ label }) => label === 'No experiment yet')).toMatchObject({ enabled: false });
    const many = template(
      'linux',
      Array.from({ length: 20 }, (_, index) => `experiment ${index}`),
    );
    expect(many.filter(({ label }) => label?.startsWith('experiment '))).toHaveLength(8);
  });
});

describe('the window', () => {
  const screens = [
    { x: 0, y: 25, width: 1440, height: 875 },
    { x: 1440, y: 0, width: 1920, height: 1080 },
  ];
  const at = (x: number, y: number, width = 800, height = 600) => ({
    bounds: { x, y, width, height },
    maximized: false,
  });

  test('opens where it was', () => {
    expect(fitting(at(1500, 50), screens)).toEqual(at(1500, 50));
    expect(fitting(at(100, 100, 4000, 3000), screens)).toEqual(at(100, 100, 1440, 875));
  });

  test.each([
    [-2000, 0],
    [5000, 100],
    [100, -500],
    [3350, 100],
  ])('that was at %i, %i, where no screen is now, opens in the middle', (x, y) => {
    expect(fitting(at(x, y), screens).bounds).toEqual({ width: 800, height: 600 });
  });

  test('is found where it was kept, and a damaged file is none', () => {
    const file = join(folder, 'window.json');
    const initial = readWindowState(file);
    writeWindowState(file, { ...at(1, 2), maximized: true });
    expect(readWindowState(file)).toEqual({ ...at(1, 2), maximized: true });
    for (const text of ['', '{', '[]', '{"bounds":{"width":1e9,"height":1}}', 'null']) {
      writeFileSync(file, text);
      expect(readWindowState(file)).toEqual(initial);
    }
    writeWindowState(join(folder, 'none', 'window.json'), initial);
  });
});

describe('training, as the system shows it', () => {
  const run = (status: string, more: object = {}) =>
    ({
      name: 'a run',
      status,
      message: null,
      queuePosition: null,
      step: 0,
      configuration: configurationFromPreset('nano', { corpus: 'c' }),
      ...more,
    }) as never;

  test('is as far as the steps of what runs and what waits', () => {
    const queued = run('queued', { queuePosition: 1 });
    expect(overallProgress([run('running', { step: 150 })])).toBe(0.5);
    expect(overallProgress([run('running', { step: 150 }), queued, run('completed', { step: 300 })])).toBe(0.25);
    expect(overallProgress([queued])).toBeNull();
    expect(overallProgress([])).toBeNull();
  });

  test('keeps the machine awake while a run is carried out', () => {
    expect(isTraining([run('running')])).toBe(true);
    expect(isTraining([run('pausing')])).toBe(true);
    expect(isTraining([run('queued'), run('completed'), run('failed')])).toBe(false);
  });

  test('is told of when it ends by itself', () => {
    expect(endingWords('running', run('completed'))).toEqual({ title: 'a run is complete', body: '' });
    expect(endingWords('running', run('failed', { message: 'The loss is NaN.' }))).toEqual({
      title: 'a run failed',
      body: 'The loss is NaN.',
    });
    expect(endingWords('running', run('paused', { message: 'The worker went away.' }))?.title).toBe('a run is paused');
    expect(endingWords('running', run('completed', { name: 'x\u202ey' }))?.title).toBe('x\\u{202e}y is complete');
    // As one asked for.
    expect(endingWords('pausing', run('paused'))).toBeNull();
    expect(endingWords('running', run('running'))).toBeNull();
    expect(endingWords('queued', run('stopped'))).toBeNull();
    expect(endingWords(undefined, run('completed'))).toBeNull();
  });

  test('is asked about when the window closes', () => {
    expect(closingQuestion([run('queued', { queuePosition: 1 }), run('paused')])).toBeNull();
    expect(closingQuestion([run('running')])?.title).toBe('a run is training.');
    const many = [run('running'), run('pausing'), run('queued', { queuePosition: 1 })];
    expect(closingQuestion(many)?.title).toBe('2 runs are training. 1 more waits.');
    expect(closingQuestion(many)?.buttons).toHaveLength(closingAnswers.length);
  });
});
