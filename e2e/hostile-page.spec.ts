// Pages of other origins, in a real browser in which the lab is open, try everything that a browser lets a page do to the lab: none
// gets at a file, opens a connection, or learns a secret. The paths that they try are the server's own list.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { pageFiles } from '../src/main/page/page-files.ts';
import { newSecret } from '../src/main/serve/secret.ts';
import { type PageServer, startServer } from '../src/main/serve/server.ts';
import { pageKeyName, socketPath, socketProtocol } from '../src/shared/desktop-bridge.ts';
import type { Transport } from '../src/shared/rpc.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { attack } from './hostile-ways.ts';
import { patience } from './patience.ts';

/** As much of the lab's page as connects. */
const index = '<!doctype html><title>closed</title><p>the page of the lab</p><script src="/assets/page.js"></script>';
const pageScript = `
const socket = new WebSocket(location.origin.replace('http', 'ws') + '${socketPath}', ['${socketProtocol}', localStorage.getItem('${pageKeyName}') ?? 'none']);
socket.onopen = () => { document.title = 'open'; };
socket.onclose = () => { document.title = 'closed'; };`;

describe.skipIf(chromiumPath === null)('a hostile page', () => {
  let folder: string;
  let lab: PageServer;
  let served: Transport[];
  let heard: unknown[];
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Another program of this machine that serves pages, and what browsers told it. */
  let other: Server;
  let otherPort: number;
  let told: IncomingMessage[];
  let setCookies: string[];
  /** Every answer of the lab, as it left. */
  let answers: { method: string; url: string; status: number }[];
  const finished = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const { method = '', url = '', socket } = request;
    if (socket.localPort === lab.port) answers.push({ method, url, status: response.statusCode });
  };
  const secrets = new Set<string>();

  beforeAll(async () => {
    subscribe('http.server.response.finish', finished);
    folder = mkdtempSync(join(tmpdir(), 'simbal-hostile-'));
    mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'page', 'index.html'), index);
    writeFileSync(join(folder, 'page', 'assets', 'page.js'), pageScript);
    writeFileSync(join(folder, 'page', 'assets', 'page.css'), 'body { color: red }');
    writeFileSync(join(folder, 'local.html'), '<!doctype html><body>a file');
    other = createServer((request, response) => {
      told.push(request);
      response.setHeader('Set-Cookie', setCookies);
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><body>elsewhere');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    otherPort = (other.address() as AddressInfo).port;
    // Not every browser keeps pages of elsewhere from asking this machine; what is tried here is what the lab does.
    const open = 'LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights';
    browser = await launchBrowser(['--host-resolver-rules=MAP *.test 127.0.0.1', `--disable-features=${open}`]);
  });
  afterAll(async () => {
    unsubscribe('http.server.response.finish', finished);
    await browser?.close();
    other?.closeAllConnections();
    other?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    [served, heard, told, setCookies, answers] = [[], [], [], [], []];
    lab = await startServer({
      files: pageFiles(join(folder, 'page')),
      port: 0,
      serve(transport) {
        served.push(transport);
        transport.onMessage((message) => heard.push(message));
      },
    });
    context = await browser.newContext();
    context.setDefaultTimeout(patience);
    page = await context.newPage();
    await open();
    const [cookie] = await context.cookies();
    const key = await page.evaluate((name) => localStorage.getItem(name), pageKeyName);
    secrets.clear();
    for (const secret of [token(), cookie!.value, key!]) secrets.add(secret);
    expect(secrets.size).toBe(3);
    answers.length = 0;
  });
  afterEach(async () => {
    await context.close();
    await lab.close();
  });

  const token = () => new URL(lab.address).searchParams.get('token')!;
  const origin = () => `http://127.0.0.1:${lab.port}`;

  async function open(): Promise<void> {
    await page.goto(lab.address);
    await page.waitForURL(`${origin()}/`);
    await expect.poll(() => page.title()).toBe('open');
  }

  /** Nobody but the lab's own page got anything, and that one goes on. */
  async function theLabKeptToItself(): Promise<void> {
    expect(served).toHaveLength(1);
    expect(heard).toEqual([]);
    expect(answers.filter(({ status }) => status < 400)).toEqual([]);
    expect(await page.title()).toBe('open');
    await open();
  }

  /** Every path that there is, whoever is asked by whatever name. */
  function targets(): string[] {
    const paths = [...lab.paths, '/nowhere', `/?token=${newSecret()}`, '/?token=', `/?token=${token().slice(1)}`];
    const names = ['localhost', '0.0.0.0', 'localhost.evil.test', '127.0.0.1.evil.test', '[::1]'];
    expect(paths).toEqual(expect.arrayContaining(['/', socketPath, '/assets/page.js']));
    return [
      ...paths.map((path) => `${origin()}${path}`),
      ...names.map((name) => `http://${name}:${lab.port}${socketPath}`),
    ];
  }

  /** Pages that are not the lab's: their documents, each in a tab of its own. */
  const attackers: Record<string, (tab: Page) => Promise<Page | Frame>> = {
    'on another port, whose requests carry the cookie': at(() => `http://127.0.0.1:${otherPort}/`),
    'on another port of another name': at(() => `http://localhost:${otherPort}/`),
    'of a site whose name begins like ours': at(() => `http://localhost.evil.test:${otherPort}/`),
    'in a file': at(() => pathToFileURL(join(folder, 'local.html')).href),
    'without an origin': at(() => 'data:text/html,<body>data'),
    async 'in a sandboxed frame'(tab) {
      await tab.goto(`http://127.0.0.1:${otherPort}/`);
      await tab.setContent('<iframe sandbox="allow-scripts allow-forms allow-popups" srcdoc="<body>in"></iframe>');
      await expect.poll(() => tab.frames().length).toBe(2);
      return tab.frames()[1]!;
    },
  };

  function at(address: () => string) {
    return async (tab: Page) => {
      await tab.goto(address());
      return tab;
    };
  }

  test('of another origin gets at nothing', async () => {
    const found = await Promise.all(
      Object.entries(attackers).map(async ([name, open]) => {
        const attacker = await open(await context.newPage());
        const got = await Promise.all(targets().map((url) => attacker.evaluate(attack, url)));
        return got.flat().map((what) => `A page ${name}: ${what}`);
      }),
    );
    expect(found.flat()).toEqual([]);
    expect(answers.length).toBeGreaterThan(500);
    await theLabKeptToItself();
  });

  test('whose name was rebound to this machine gets at nothing, though the browser takes the lab for its own', async () => {
    const attacker = await context.newPage();
    const rebound = `http://rebound.evil.test:${lab.port}`;
    const first = (url: URL) => url.href === `${rebound}/`;
    await attacker.route(first, (route) => route.fulfill({ contentType: 'text/html', body: '<body>first' }));
    await attacker.goto(`${rebound}/`);
    await attacker.unroute(first);
    answers.length = 0;
    const found = await Promise.all(lab.paths.map((path) => attacker.evaluate(attack, `${rebound}${path}`)));
    expect(found.flat()).toEqual([]);
    const shown = await attacker.evaluate(
      (paths) =>
        Promise.all(
          paths.map((path) =>
            fetch(path).then(
              (r) => r.text(),
              (e) => path + e,
            ),
          ),
        ),
      [...lab.paths],
    );
    expect(new Set(shown)).toEqual(new Set(['This address is not one of this lab.\n']));
    await theLabKeptToItself();
  });

  test('that leads the browser to the lab, by link, by redirect or by form, is answered in the lab’s place', async () => {
    const attacker = await context.newPage();
    const going = [
      (url: string) => `location.href = '${url}'`,
      (url: string) =>
        `document.body.innerHTML = '<form method="post" action="${url}"><input name="a"></form>'; document.forms[0].submit()`,
      (url: string) =>
        `document.body.innerHTML = '<a href="${url}" rel="opener" target="_self">x</a>'; document.links[0].click()`,
      (url: string) => `document.head.innerHTML = '<meta http-equiv="refresh" content="0;url=${url}">'`,
    ];
    for (const path of lab.paths) {
      for (const go of going) {
        await attacker.goto(`http://127.0.0.1:${otherPort}/`);
        const url = `${origin()}${path}`;
        await Promise.all([attacker.waitForURL(url), attacker.evaluate(go(url)).catch(() => {})]);
        expect(await attacker.textContent('body')).not.toContain('the page of the lab');
      }
    }
    // What has the hash of its content in its name may come out of the browser's own memory.
    expect(answers.length).toBeGreaterThan(2 * going.length);
    await theLabKeptToItself();
  });

  test('is told no secret by the browser but the cookie, and that opens no connection', async () => {
    // The lab's page leads there, as a link would; so does the address with the token, before its page is shown.
    await page.evaluate((url) => {
      location.href = url;
    }, `http://127.0.0.1:${otherPort}/left`);
    await page.waitForURL(/left/);
    const request = told.find(({ url }) => url === '/left')!;
    expect(request.headers.referer).toBeUndefined();
    const [cookie, ...rest] = (request.headers.cookie ?? '').split('; ');
    expect(rest).toEqual([]);
    expect(secrets.has(cookie!.split('=')[1]!)).toBe(true);
    for (const secret of secrets) {
      const parts = [...told.map(({ url }) => url), ...told.flatMap(({ headers }) => Object.entries(headers).join())];
      if (!cookie!.includes(secret)) expect(parts.join()).not.toContain(secret);
    }
    // Whoever serves that page can say what it likes, with that cookie.
    const own = { host: `127.0.0.1:${lab.port}`, origin: origin(), cookie: cookie!, 'sec-fetch-site': 'same-origin' };
    const before = served.length;
    for (const protocols of [[], [socketProtocol], [socketProtocol, cookie!.split('=')[1]!]]) {
      const socket = new WebSocket(`ws://127.0.0.1:${lab.port}${socketPath}`, protocols, { headers: own });
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      expect(response.statusCode).toBe(401);
    }
    expect(served).toHaveLength(before);
  });

  test('sets cookies in the lab’s name without becoming it, nor keeping it out', async () => {
    const name = `simbal-lab-${lab.port}`;
    setCookies = [`${name}=theirs; Path=${socketPath}`, `${name}=theirs; Path=/assets`];
    const attacker = await context.newPage();
    await attacker.goto(`http://127.0.0.1:${otherPort}/`);
    await page.reload();
    await expect.poll(() => page.title()).toBe('open');
    // In the place of ours: the page says what to do, and the address opens it again.
    setCookies = [`${name}=theirs; Path=/`];
    await attacker.reload();
    const [answer] = await Promise.all([page.waitForResponse(`${origin()}/`), page.reload()]);
    expect(answer.status()).toBe(401);
    setCookies = [];
    await open();
    const kept = (await context.cookies(origin())).find(({ path }) => path === '/');
    expect(secrets.has(kept!.value)).toBe(true);
  });

  test('the token is in no address, history or storage once the page is there', async () => {
    expect(page.url()).toBe(`${origin()}/`);
    const seen = await page.evaluate(() =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.referrer,
        document.documentElement.outerHTML,
        performance.getEntries().map(({ name }) => name),
      ]),
    );
    expect(seen).not.toContain(token());
    await page.goBack();
    expect(page.url()).not.toContain(token());
  });

  test('the lab’s own page is framed by nobody, not even itself', async () => {
    await page.evaluate(() => document.body.append(Object.assign(document.createElement('iframe'), { src: '/' })));
    await expect.poll(() => page.frames().length).toBe(2);
    await expect.poll(() => page.frames()[1]!.url()).toMatch(/^chrome-error:|^about:blank$/);
    expect(served).toHaveLength(1);
  });
});
