// What a person sees when the lab itself is killed under an open page and started again, and when a run cannot go on.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStoreReadOnly } from '../src/main/store/index.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { buildPage } from './build-page.ts';
import { patience } from './patience.ts';
import { addCorpus, runLine, startExperiment } from './steps.ts';

describe.skipIf(chromiumPath === null)('a lab that is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simbal-recovery-'));
  const home = join(folder, 'home');
  const name = 'none, seed 0';
  let lab: { child: ChildProcess; address: string; port: string };
  let browser: Browser;
  let page: Page;
  const lost = () => page.getByText(/^The lab has not answered since/);
  const steps = async () =>
    Number(
      (await runLine(page, name).locator('.progress').getAttribute('title'))!.split(' of ')[0]!.replace(/\D/g, ''),
    );
  const is = (status: string) => runLine(page, name).getByRole('img', { name: status, exact: true }).waitFor();

  async function start(port = '0'): Promise<typeof lab> {
    const program = join(import.meta.dirname, 'serve-process.ts');
    const child = spawn(process.execPath, [program, home, join(folder, 'page'), port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout!.setEncoding('utf8').on('data', (text) => {
        said += text;
        const [, found] = /(http:\/\/\S+)\n/.exec(said) ?? [];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error('It ended before it was served.')));
    });
    return { child, address, port: new URL(address).port };
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    const over = new Promise((resolve) => lab.child.once('exit', resolve));
    lab.child.kill(signal);
    await over;
  }

  beforeAll(async () => {
    await buildPage(join(folder, 'page'));
    lab = await start();
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(patience);
    await page.goto(lab.address);
    await page.waitForURL((url) => !url.search);
    await addCorpus(page, 'sources');
    await startExperiment(page, {
      name: 'at night',
      objectives: ['none'],
      seeds: '0',
      fields: { 'training.steps': '100000000', 'training.checkpointEvery': '40', 'evaluation.every': '100000000' },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await end('SIGTERM');
    // Workers of the labs that were killed end themselves, a moment after.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });

  test('the page says since when, what is safe, and the command that starts it again', async () => {
    await expect.poll(steps).toBeGreaterThan(100);
    await end('SIGKILL');
    const notice = page.getByRole('alert').filter({ has: lost() });
    await notice.waitFor();
    expect(await notice.locator('code').textContent()).toBe(
      `npm run -s simbal -- serve --home ${home} --port ${lab.port}`,
    );
    expect(await steps()).toBeGreaterThan(100);
  });

  test('started again it is found by itself, and what was interrupted is resumed with one button', async () => {
    lab = await start(lab.port);
    await lost().waitFor({ state: 'detached' });
    await page.getByText(/was interrupted at step/).waitFor();
    await is('paused');
    const at = await steps();
    await page.getByRole('button', { name: 'Resume it' }).click();
    await is('running');
    await page.getByText(/was interrupted at step/).waitFor({ state: 'detached' });
    await expect.poll(steps).toBeGreaterThan(at);
  });

  test('one that does not know the page any more says what lets it in', async () => {
    await end('SIGKILL');
    await lost().waitFor();
    rmSync(join(home, 'session'));
    lab = await start(lab.port);
    await page.getByText('The lab at this address does not know this page.').waitFor();
    await page.goto(lab.address);
    await page.waitForURL((url) => !url.search);
    await runLine(page, name).waitFor();
    await is('paused');
  });

  test('a run whose newest checkpoint is damaged says so, and its first button goes on from the one before', async () => {
    const store = openStoreReadOnly(home);
    const newest = store.checkpoints.newest(store.runs.list()[0]!.id)!;
    store.close();
    truncateSync(join(newest.folder, 'model.safetensors'), 1000);
    await runLine(page, name).getByRole('button', { name: 'Resume' }).click();
    await is('failed');
    await runLine(page, name).getByRole('button', { name: 'What to do' }).click();
    const sheet = page.getByRole('dialog', { name });
    for (const part of ['What happened', 'What is safe', 'What to do']) await sheet.getByText(part).first().waitFor();
    expect(await sheet.getByText(/Try again/).count()).toBe(0);
    await sheet.getByRole('button', { name: /^Fork at step \d+…$/ }).click();
    await page
      .getByRole('dialog', { name: /^Fork at step/ })
      .getByRole('button', { name: 'Fork and start' })
      .click();
    const fork = page.locator('[data-run]').filter({ hasText: 'from step' });
    await fork.getByRole('img', { name: 'running', exact: true }).waitFor();
    await expect
      .poll(async () =>
        Number((await fork.locator('.progress').getAttribute('title'))!.split(' of ')[0]!.replace(/\D/g, '')),
      )
      .toBeGreaterThan(newest.step);
  });
});
