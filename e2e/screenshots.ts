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
const mixed = 'runs=r2,r3,r4,r12,r13,r14,r15';
/** Starts every measurement that the screen offers. */
async function measure(page: Page) {
  for (;;) {
    const button = page.getByRole('button', { name: 'Measure it' }).first();
    if ((await button.count()) === 0) return;
    await button.click();
    await page.waitForTimeout(200);
  }
}
/** The sheet of imports over a file. */
const lookAt = (path: string) => async (page: Page) => {
  await page.getByRole('button', { name: 'Import…' }).click();
  await page.getByRole('dialog', { name: 'Import' }).getByRole('textbox').first().fill(path);
  await page.getByRole('button', { name: 'Look' }).click();
  await page.waitForTimeout(300);
};
/** Measures every pruning experiment of the chosen runs. */
async function prune(page: Page) {
  await page.getByRole('button', { name: 'Everything' }).click();
  await page.getByRole('button', { name: /^Measure \d+ runs?$/ }).click();
  await page.getByRole('heading', { name: 'What dropping buys' }).waitFor();
}
const order = (page: Page) => page.getByLabel('Order of runs').selectOption('perplexity');
/** The sheet of a fork at a checkpoint, with a change that cannot be. */
async function fork(page: Page) {
  await page.getByRole('button', { name: 'SimBal, seed 0' }).first().click();
  await page.getByRole('button', { name: 'Fork here…' }).first().click();
  await page.getByLabel('Objective').fill('lbl-micro-batch:0.01');
  await page.getByLabel('Other fields').fill('model.experts=4');
}
/** Wide and narrow, in both themes. */
const inEveryWay = (shot: Shot): Shot[] =>
  [1440, 420].flatMap((width) =>
    [false, true].map((dark) => ({ ...shot, name: `${shot.name}-${width}${dark ? '-dark' : ''}`, width, dark })),
  );
const openRun = (name: string) => (page: Page) => page.getByRole('button', { name }).first().click();
/** What a person meets when something went wrong. */
const troubles: Shot[] = [
  { name: 'trouble-lost', lab: 'lost', hash: '#/runs' },
  { name: 'trouble-refused', lab: 'refused', hash: '#/runs' },
  { name: 'trouble-recovered', lab: 'recovered', hash: '#/runs' },
  { name: 'trouble-full', lab: 'full', hash: '#/runs' },
  { name: 'trouble-list', lab: 'failed', hash: '#/runs' },
  { name: 'trouble-not-finite', lab: 'failed', hash: '#/runs', before: openRun('SimBal, seed 0') },
  { name: 'trouble-damaged', lab: 'full', hash: '#/runs', before: openRun('LBL, seed 0') },
].flatMap(inEveryWay);

const shots: Shot[] = [
  ...troubles,
  { name: 'fork', lab: 'demo', hash: '#/runs', before: fork },
  { name: 'fork-dark-narrow', lab: 'demo', hash: '#/runs', width: 420, dark: true, before: fork },
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
  { name: 'runs-ordered', lab: 'thousand', hash: '#/runs', before: order },
  { name: 'runs-ordered-narrow', lab: 'mixed', hash: '#/runs', width: 760, dark: true, before: order },
  { name: 'runs-ordered-small', lab: 'mixed', hash: '#/runs', width: 420, before: order },
  { name: 'runs-hostile', lab: 'hostile', hash: '#/runs' },
  { name: 'runs-hostile-narrow', lab: 'hostile', hash: '#/runs', width: 760, dark: true },
  { name: 'runs-lost', lab: 'lost', hash: '#/runs', width: 1000 },
  { name: 'compare', lab: 'demo', hash: `#/compare?${nine}`, full: true },
  { name: 'compare-dark', lab: 'demo', hash: `#/compare?${nine}`, full: true, dark: true },
  { name: 'compare-narrow', lab: 'demo', hash: `#/compare?${nine}`, full: true, width: 760 },
  { name: 'import', lab: 'demo', hash: `#/compare?${nine}`, before: lookAt('/runs/events.out.tfevents.1') },
  {
    name: 'import-dark',
    lab: 'demo',
    hash: `#/compare?${nine}`,
    dark: true,
    before: lookAt('/runs/events.out.tfevents.1'),
  },
  {
    name: 'import-narrow',
    lab: 'demo',
    hash: '#/compare',
    width: 760,
    dark: true,
    before: lookAt('/runs/events.out.tfevents.1'),
  },
  {
    name: 'import-drawn',
    lab: 'demo',
    hash: `#/compare?${nine}`,
    dark: true,
    before: (page) => page.getByLabel('tokens to the final loss of').selectOption({ index: 1 }),
  },
  { name: 'import-bundle', lab: 'demo', hash: '#/compare', before: lookAt('/shared/balance.zip') },
  { name: 'import-missing', lab: 'demo', hash: '#/compare', before: lookAt('/nothing.csv') },
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
  {
    name: 'compare-measured',
    lab: 'demo',
    hash: `#/compare?${nine}`,
    full: true,
    before: measure,
  },
  { name: 'compare-mixed', lab: 'mixed', hash: `#/compare?${mixed}`, full: true },
  { name: 'compare-alerts', lab: 'mixed', hash: '#/compare?runs=r3,r13', dark: true, width: 1200, height: 760 },
  { name: 'paper', lab: 'demo', hash: `#/paper?${nine}`, full: true, before: measure },
  { name: 'paper-dark', lab: 'demo', hash: `#/paper?${nine}`, full: true, dark: true },
  { name: 'paper-narrow', lab: 'demo', hash: `#/paper?${nine}`, full: true, width: 760, before: measure },
  { name: 'paper-one', lab: 'demo', hash: '#/paper?runs=r4', full: true },
  { name: 'paper-two', lab: 'demo', hash: '#/paper?runs=r3,r4', full: true, dark: true, before: measure },
  { name: 'paper-mixed', lab: 'mixed', hash: `#/paper?${mixed}`, full: true },
  { name: 'runs-alerts', lab: 'failed', hash: '#/runs', width: 1100 },
  { name: 'runs-alerts-narrow', lab: 'failed', hash: '#/runs', width: 760, dark: true },
  {
    name: 'alert',
    lab: 'live',
    hash: '#/runs',
    before: (page) => page.evaluate('fake.alarm()'),
  },
  {
    name: 'run-alerts',
    lab: 'live',
    hash: '#/runs',
    before: (page) =>
      page
        .getByRole('button', { name: /alerts?: / })
        .first()
        .click(),
  },
  { name: 'pruning-empty', lab: 'demo', hash: '#/pruning' },
  { name: 'pruning-form', lab: 'demo', hash: `#/pruning?${nine}`, full: true },
  { name: 'pruning', lab: 'demo', hash: `#/pruning?${nine}`, full: true, before: prune },
  { name: 'pruning-dark', lab: 'demo', hash: `#/pruning?${nine}`, full: true, dark: true, before: prune },
  { name: 'pruning-narrow', lab: 'demo', hash: `#/pruning?${nine}`, full: true, width: 760, before: prune },
  { name: 'pruning-one', lab: 'demo', hash: '#/pruning?runs=r4', full: true, before: prune },
  {
    name: 'pruning-setting',
    lab: 'demo',
    hash: `#/pruning?${nine}`,
    before: async (page) => {
      await prune(page);
      await page
        .getByRole('button', { name: /remove reap 0.5 global/ })
        .last()
        .click();
    },
  },
  { name: 'new', lab: 'demo', hash: '#/new', full: true },
  { name: 'new-narrow-above', lab: 'demo', hash: '#/new', width: 760, height: 900 },
  { name: 'new-small-above', lab: 'demo', hash: '#/new', width: 420, height: 900, dark: true },
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
  await page.locator('nav').first().waitFor();
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
