// Pictures of every screen over a pretended lab, in both themes, wide and narrow. Run by hand; the pictures go to out/screenshots.
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium, type Page } from 'playwright-core';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '..');
const site = join(root, 'out', 'fake-page');
const pictures = join(root, 'out', 'screenshots');
const only = process.argv.slice(2);

interface Shot {
  name: string;
  lab: string;
  hash: string;
  width?: number;
  height?: number;
  dark?: boolean;
  full?: boolean;
  before?: (page: Page) => Promise<unknown>;
}

const nine = 'runs=r2,r3,r4,r5,r6,r7,r8,r9,r10';
const shots: Shot[] = [
  { name: 'runs', lab: 'demo', hash: '#/runs' },
  { name: 'runs-dark', lab: 'demo', hash: '#/runs', dark: true },
  { name: 'runs-empty', lab: 'empty', hash: '#/runs' },
  { name: 'runs-live', lab: 'live', hash: '#/runs', before: (page) => page.getByText('waiting').first().click() },
  { name: 'runs-live-narrow', lab: 'live', hash: '#/runs', width: 760 },
  { name: 'runs-failed', lab: 'failed', hash: '#/runs' },
  {
    name: 'run-failed',
    lab: 'failed',
    hash: '#/runs',
    before: (page) => page.getByRole('button', { name: 'SimBal, seed 0' }).first().click(),
  },
  { name: 'runs-thousand', lab: 'thousand', hash: '#/runs' },
  { name: 'runs-hostile', lab: 'hostile', hash: '#/runs' },
  { name: 'runs-hostile-narrow', lab: 'hostile', hash: '#/runs', width: 760, dark: true },
  { name: 'runs-lost', lab: 'lost', hash: '#/runs', width: 1000 },
  { name: 'compare', lab: 'demo', hash: `#/compare?${nine}`, full: true },
  { name: 'compare-dark', lab: 'demo', hash: `#/compare?${nine}`, full: true, dark: true },
  { name: 'compare-narrow', lab: 'demo', hash: `#/compare?${nine}`, full: true, width: 760 },
  { name: 'compare-live', lab: 'live', hash: `#/compare?${nine}` },
  { name: 'compare-hostile', lab: 'hostile', hash: '#/compare?runs=r12,r13' },
  {
    name: 'compare-million',
    lab: 'million',
    hash: `#/compare?runs=${Array.from({ length: 20 }, (_, i) => `r${i + 12}`).join()}`,
  },
  { name: 'compare-empty', lab: 'demo', hash: '#/compare' },
  {
    name: 'compare-crosshair',
    lab: 'demo',
    hash: `#/compare?${nine}`,
    before: async (page) => {
      const box = (await page.getByRole('application', { name: /^Training loss/ }).boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
    },
  },
  { name: 'new', lab: 'demo', hash: '#/new', full: true },
  { name: 'new-dark-narrow', lab: 'demo', hash: '#/new', full: true, dark: true, width: 760 },
  {
    name: 'new-wrong',
    lab: 'demo',
    hash: '#/new',
    full: true,
    before: async (page) => {
      await page.getByLabel('experts', { exact: true }).fill('0');
      await page.getByLabel('learning rate').fill('NaN');
      await page.getByLabel('Seeds').fill('1, x');
      await page.getByLabel('Objective 2', { exact: true }).fill('simbl:0.1');
    },
  },
  { name: 'engines', lab: 'demo', hash: '#/engines' },
  { name: 'engines-empty', lab: 'empty', hash: '#/engines' },
  { name: 'settings-dark', lab: 'demo', hash: '#/settings', dark: true },
  { name: 'palette', lab: 'demo', hash: '#/runs', before: (page) => page.keyboard.press('Control+k') },
  {
    name: 'undo',
    lab: 'demo',
    hash: '#/runs',
    before: async (page) => {
      await page.getByRole('checkbox').first().check();
      await page.keyboard.press('Delete');
    },
  },
];

async function buildPage(): Promise<void> {
  const source = readFileSync(join(root, 'src/renderer/index.html'), 'utf8').replace(
    './main.ts',
    './fake-page.testing.ts',
  );
  const entry = join(root, 'src/renderer/fake-page.html');
  writeFileSync(entry, source);
  const { unlinkSync } = await import('node:fs');
  try {
    await build({
      root: join(root, 'src/renderer'),
      configFile: false,
      logLevel: 'warn',
      plugins: [svelte({ configFile: false })],
      build: { outDir: site, emptyOutDir: true, rollupOptions: { input: entry } },
    });
  } finally {
    unlinkSync(entry);
  }
}

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
/** As strict as the lab's own doors. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'";

function serve() {
  const server = createServer((request, response) => {
    const path = join(site, new URL(request.url!, 'http://localhost').pathname);
    if (!path.startsWith(site) || !existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'text/plain',
      'content-security-policy': policy,
    });
    createReadStream(path).pipe(response);
  });
  return new Promise<{ address: string; close: () => void }>((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      done({ address: `http://127.0.0.1:${port}`, close: () => server.close() });
    });
  });
}

await buildPage();
mkdirSync(pictures, { recursive: true });
const { address, close } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--headless=new', '--disable-gpu', '--disable-background-networking'],
});
for (const { name, lab, hash, width = 1600, height = 1000, dark = false, full = false, before } of shots) {
  if (only.length > 0 && !only.some((wanted) => name.startsWith(wanted))) continue;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
  page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && console.error(`${name}: ${message.text()}`));
  page.on('dialog', (dialog) => {
    console.error(`${name}: a script ran: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${address}/fake-page.html?lab=${lab}${hash}`);
  await page.locator('nav').waitFor();
  await page.waitForTimeout(700);
  try {
    await before?.(page);
  } catch (thrown) {
    console.error(`${name}: ${String(thrown).split('\n')[0]}`);
  }
  await page.waitForTimeout(300);
  if (full) {
    const tall = await page.locator('main').evaluate((main) => main.scrollHeight + 60);
    await page.setViewportSize({ width, height: Math.min(6000, Math.max(height, tall)) });
    await page.waitForTimeout(400);
  }
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.close();
}
await browser.close();
close();
