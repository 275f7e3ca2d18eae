// The lab's server goes away under an open page, and comes back.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from './browser.ts';
import { type OpenedLab, openServed } from './doors.ts';
import { addCorpus, runLine, startExperiment } from './steps.ts';

describe.skipIf(chromiumPath === null)('a server that goes away', () => {
  let lab: OpenedLab;
  let page: Page;
  const name = 'none, seed 0';
  const steps = async () =>
    Number(
      (await runLine(page, name).locator('.progress').getAttribute('title'))!.split(' of ')[0]!.replace(/\D/g, ''),
    );
  const lost = () => page.getByText(/^The lab has not answered/);

  beforeAll(async () => {
    lab = await openServed();
    page = lab.page;
    await addCorpus(page, 'sources');
    await startExperiment(page, {
      name: 'over a tunnel',
      objectives: ['none'],
      seeds: '0',
      fields: { 'training.steps': '100000000', 'evaluation.every': '100000000', 'training.checkpointEvery': '0' },
    });
  });
  afterAll(() => lab?.close());

  test('the page says so, keeps what it knows, and refuses nothing silently', async () => {
    await expect.poll(steps).toBeGreaterThan(20);
    await lab.served!.lab.goAway();
    await lost().waitFor();
    // What arrived before is drawn a moment later.
    let at = -1;
    const still = async () => {
      const before = at;
      at = await steps();
      return at === before;
    };
    await expect.poll(still, { interval: 500 }).toBe(true);
    await runLine(page, name).getByRole('button', { name: 'Pause' }).click();
    const told = (place: Page | Locator) =>
      place.getByRole('alert').filter({ hasText: 'The connection to the lab is lost.' });
    await told(page).getByRole('button', { name: 'Close message' }).click();
    // Over a sheet it is told too, and can be closed there.
    await runLine(page, name).getByRole('button', { name, exact: true }).click();
    const sheet = page.getByRole('dialog', { name });
    await told(sheet).getByRole('button', { name: 'Close message' }).click();
    await told(sheet).waitFor({ state: 'detached' });
    await sheet.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await steps()).toBe(at);
    expect(await runLine(page, name).getByRole('img', { name: 'running' }).count()).toBe(1);
  });

  test('it comes back by itself, with the steps that were done meanwhile and every one after', async () => {
    const at = await steps();
    await lab.served!.lab.comeBack();
    await lost().waitFor({ state: 'detached' });
    await expect.poll(steps).toBeGreaterThan(at + 10);
    const now = await steps();
    await expect.poll(steps).toBeGreaterThan(now);
    expect(await runLine(page, name).getByRole('img', { name: 'running' }).count()).toBe(1);
  });

  test('a tunnel may end at another port: its page is let in, and the other one stays so', async () => {
    const { port, address } = lab.served!.lab.server;
    const tunnel = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      near.pipe(far).on('error', () => near.destroy());
      far.pipe(near).on('error', () => far.destroy());
    }).listen(0, '127.0.0.1');
    await once(tunnel, 'listening');
    const there = `127.0.0.1:${(tunnel.address() as AddressInfo).port}`;
    const other = await lab.served!.context.newPage();
    await other.goto(address.replace(/127\.0\.0\.1:\d+/, there));
    await other.waitForURL(`http://${there}/`);
    for (const one of [other, page]) {
      await one.reload();
      await runLine(one, name).getByRole('img', { name: 'running' }).waitFor();
    }
    await other.close();
    tunnel.close();
  });

  test('a comparison that was open goes on where it was', async () => {
    await runLine(page, name).getByRole('checkbox').check();
    await page.keyboard.press('c');
    await page.getByRole('application', { name: /^Training loss/ }).waitFor();
    /** The last step of the table behind the chart. */
    const rows = async () => {
      await page.getByRole('button', { name: 'Training loss: table and export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: 'Save as CSV' }).click(),
      ]);
      const lines = readFileSync(await download.path(), 'utf8')
        .trim()
        .split(/\r?\n/)
        .slice(1);
      return lines.map((line) => line.split(','));
    };
    // A curve comes after its axes.
    await expect.poll(async () => (await rows()).length).toBeGreaterThan(0);
    const before = await rows();
    await lab.served!.lab.goAway();
    await lost().waitFor();
    await lab.served!.lab.comeBack();
    await lost().waitFor({ state: 'detached' });
    const last = Number(before.at(-1)!.at(-2));
    await expect.poll(async () => Number((await rows()).at(-1)!.at(-2))).toBeGreaterThan(last);
    const at = (await rows()).map((row) => Number(row.at(-2)));
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(new Set(at).size).toBe(at.length);
    // No stretch is left empty by the time without a lab: once the curve is as fine as it gets, its widest gap is no wider than that.
    const tooWide = async () => {
      const at = (await rows()).map((row) => Number(row.at(-2)));
      const widest = Math.max(...at.slice(1).map((step, index) => step - at[index]!));
      return widest - 2 * Math.max(1, Math.ceil(at.at(-1)! / 400));
    };
    await expect.poll(tooWide).toBeLessThanOrEqual(0);
  });
});
