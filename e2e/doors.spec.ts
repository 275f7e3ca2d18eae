// The served page in a real browser: it opens by its address alone, keeps to itself, and no other page gets at its lab.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { configurationFromPreset } from '../src/shared/config/index.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { type Heard, listenTo } from './heard.ts';
import { patience } from './patience.ts';
import { type ServedLab, serveLab } from './served-lab.ts';

const hostile = [
  '<script>window.hurt = 1</script>',
  '<img src=x onerror="window.hurt = 1">',
  '"><svg onload="window.hurt=1">',
  "javascript:window.hurt=1//'`",
  'a\u202eb',
  'x'.repeat(10_000),
  '=HYPERLINK("http://evil.example")',
  '__proto__',
  '../../CON',
];

describe.skipIf(chromiumPath === null)('the served page', () => {
  let lab: ServedLab;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let origin: string;
  let heard: Heard;
  /** Another server of this machine, and what it was asked. */
  let other: Server;
  let otherOrigin: string;
  let reached: string[];

  beforeAll(async () => {
    [lab, browser] = await Promise.all([serveLab(), launchBrowser()]);
    origin = new URL(lab.server.address).origin;
    reached = [];
    other = createServer((request, response) => {
      reached.push(request.url!);
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>elsewhere</title>');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    otherOrigin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await browser?.close();
    other?.close();
    await lab?.close();
  });

  async function newPage(): Promise<void> {
    context = await browser.newContext();
    context.setDefaultTimeout(patience);
    page = await context.newPage();
    reached.length = 0;
    heard = listenTo(page);
  }

  async function open(): Promise<void> {
    await page.goto(lab.server.address);
    await page.waitForURL((url) => !url.search);
    await page.getByRole('navigation').first().waitFor();
  }

  beforeEach(newPage);
  afterEach(() => context.close());

  test('opens, asks for nothing elsewhere, and has nothing to complain about', async () => {
    await open();
    expect(page.url()).toMatch(new RegExp(`^${origin}/(#|$)`));
    expect(await page.title()).toContain('SimBal Lab');
    expect(new Set(heard.requests.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).origin))).toEqual(
      new Set([origin]),
    );
    expect(heard.complaints).toEqual([]);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('document.documentElement.outerHTML')).not.toContain(cookie!.value);
  });

  test('opens again when it is loaded again, and in another tab', async () => {
    await open();
    await page.reload();
    await page.getByRole('navigation').first().waitFor();
    const tab = await context.newPage();
    await tab.goto(origin);
    await tab.getByRole('navigation').first().waitFor();
    expect(heard.complaints).toEqual([]);
  });

  test('without the address is closed', async () => {
    const answer = await page.goto(origin);
    expect(answer?.status()).toBe(401);
    expect(await page.textContent('body')).toContain('Open the address that the lab printed');
  });

  test('runs no script and fetches nothing that is put into it', async () => {
    await open();
    await page.evaluate((elsewhere) => {
      const script = document.createElement('script');
      script.textContent = 'window.hurt = 1';
      document.body.append(script);
      const fetched = document.createElement('script');
      fetched.src = `${elsewhere}/script.js`;
      document.body.append(fetched);
      const div = document.createElement('div');
      div.innerHTML = `<img src="${elsewhere}/a.png" onerror="window.hurt=1"><iframe src="${elsewhere}/frame"></iframe><style>@import "${elsewhere}/style.css"; body{background:url(${elsewhere}/b.png)}</style>`;
      document.body.append(div);
    }, otherOrigin);
    const attempts = [`fetch('${otherOrigin}/fetch')`, `fetch('${otherOrigin}/no-cors', { mode: 'no-cors' })`];
    for (const attempt of attempts) await expect(page.evaluate(attempt)).rejects.toThrow();
    await page.evaluate(`navigator.sendBeacon('${otherOrigin}/beacon', 'x')`);
    // Text as a program, run when no debugger looks.
    await page.evaluate("new Promise((done) => { setTimeout('window.hurt = 1'); setTimeout(done, 50) })");
    const refusals = () => heard.complaints.filter((text) => /Content Security Policy/i.test(text)).length;
    await expect.poll(refusals).toBeGreaterThan(3);
    expect(await page.evaluate('window.hurt')).toBeUndefined();
    expect(reached).toEqual([]);
  });

  test('shows every name as text', async () => {
    const { api } = lab.client;
    const sources = [{ path: '/text' }];
    for (const name of hostile) {
      await api.corpora.add({ name, sources, tokenizer: 'bytes' });
      const { id } = await api.experiments.create({ name });
      const configuration = configurationFromPreset('nano', { corpus: name, training: { steps: 3, warmupSteps: 1 } });
      const [run] = await api.runs.create({ experiment: id, configuration, objectives: [[]], seeds: [0], start: true });
      await api.runs.rename({ run: run!.id, name });
      await api.runs.annotate({ run: run!.id, note: name, tags: [name.slice(0, 100)] });
      await lab.labApi.lab.ended(run!.id);
    }
    await open();
    await page.getByText('<img src=x onerror=').first().waitFor();
    const runs = (await api.runs.list({})).map(({ id }) => id);
    const report = await api.reports.page({ runs });
    await page.goto('about:blank');
    await page.setContent(report);
    expect(await page.evaluate('window.hurt')).toBeUndefined();
    expect(heard.complaints).toEqual([]);
    expect(reached).toEqual([]);
  });

  test('is out of reach for a page on another port, whose requests carry the cookie', async () => {
    await open();
    const elsewhere = await context.newPage();
    await elsewhere.goto(otherOrigin);
    const socket = `new Promise((resolve) => {
      const socket = new WebSocket('${origin.replace('http', 'ws')}/socket');
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    })`;
    expect(await elsewhere.evaluate(socket)).toBe('refused');
    for (const options of ["{ credentials: 'include' }", "{ method: 'POST', credentials: 'include', body: 'x' }"]) {
      await expect(elsewhere.evaluate(`fetch('${origin}/', ${options})`)).rejects.toThrow('Failed to fetch');
    }
    await elsewhere.setContent(`<iframe src="${origin}/"></iframe><script src="${origin}/index.html"></script>`);
    await elsewhere.waitForLoadState('load');
    const framed = elsewhere.frames().find((frame) => frame !== elsewhere.mainFrame());
    expect(await framed?.evaluate("document.querySelector('nav') === null").catch(() => true)).toBe(true);
    const [answer] = await Promise.all([
      elsewhere.waitForResponse(
        (response) => response.url() === `${origin}/` && response.request().isNavigationRequest(),
      ),
      elsewhere.evaluate(`location.href = '${origin}/'`).catch(() => {}),
    ]);
    expect(answer.status()).toBe(403);
  });
});
