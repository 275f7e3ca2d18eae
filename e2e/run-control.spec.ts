// Everything that is done to runs from the page while real workers train them, and what a killed worker leaves.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grouped } from '../src/charts/index.ts';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { addCorpus, chooseAction, runLine, startExperiment, toast } from './steps.ts';

throughEachDoor('runs under control', (open) => {
  let lab: OpenedLab;
  let page: Page;
  const long = 'none, seed 0';
  const state = (name: string) => runLine(page, name).locator('.state').textContent();
  const steps = async (name: string) =>
    Number(
      (await runLine(page, name).locator('.progress').getAttribute('title'))!.split(' of ')[0]!.replace(/\D/g, ''),
    );
  const is = (name: string, status: string) =>
    runLine(page, name).getByRole('img', { name: status, exact: true }).waitFor();

  beforeAll(async () => {
    lab = await open();
    page = lab.page;
    await addCorpus(page, 'sources');
    await startExperiment(page, {
      name: 'control',
      objectives: ['none', 'SimBal', 'LBL'],
      seeds: '0',
      fields: { 'training.steps': '100000000', 'training.checkpointEvery': '40', 'evaluation.every': '100000000' },
    });
  });
  afterAll(() => lab?.close());

  test('the queue is reordered', async () => {
    const section = page.getByRole('region', { name: 'Queue' });
    await section.getByRole('button', { name: '2 runs waiting' }).click();
    const order = () => section.getByRole('listitem').locator('.name').allTextContents();
    await expect.poll(order).toHaveLength(2);
    const before = await order();
    await section.getByRole('button', { name: `${before[1]}: earlier` }).click();
    await expect.poll(order).toEqual(before.toReversed());
    await section.getByRole('button', { name: `${before[0]}: take out of the queue` }).click();
    await expect.poll(order).toEqual([before[1]]);
    await section.getByRole('button', { name: `${before[1]}: take out of the queue` }).click();
    await section.waitFor({ state: 'detached' });
  });

  test('a worker that is killed is started again, the page says so, and no step is missing', async ({ skip }) => {
    if (!lab.served) return skip();
    await expect.poll(() => steps(long)).toBeGreaterThan(80);
    const { workers, client } = lab.served.lab;
    const before = workers.length;
    process.kill(workers.at(-1)!, 'SIGKILL');
    await expect.poll(() => workers.length).toBeGreaterThan(before);
    const at = await steps(long);
    await expect.poll(() => steps(long)).toBeGreaterThan(at + 100);
    await runLine(page, long).getByRole('button', { name: long, exact: true }).click();
    const dialog = page.getByRole('dialog', { name: long });
    await dialog.getByText(/was killed from outside.*started again from the checkpoint of step \d+/).waitFor();
    await page.keyboard.press('Escape');
    const [series] = await client.api.metrics.series({
      runs: [(await client.api.runs.list({})).find(({ name }) => name === long)!.id],
      metrics: ['crossEntropy'],
      to: at,
      resolution: 100_000,
    });
    expect([...series!.steps]).toEqual(Array.from({ length: at }, (_, index) => index + 1));
  });

  test('a page that is loaded again is live again, with every point', async () => {
    const before = await steps(long);
    await page.reload();
    await runLine(page, long).waitFor();
    const again = await steps(long);
    expect(again).toBeGreaterThanOrEqual(before);
    await expect.poll(() => steps(long)).toBeGreaterThan(again);
  });

  test('what one page does, another one shows', async ({ skip }) => {
    if (!lab.served) return skip();
    const other = await lab.served.context.newPage();
    await other.goto(new URL(page.url()).origin);
    await runLine(other, long).waitFor();
    await chooseAction(other, long, 'Rename');
    await other.getByLabel('Name', { exact: true }).fill('renamed elsewhere');
    await other.keyboard.press('Enter');
    await runLine(page, 'renamed elsewhere').waitFor();
    await chooseAction(page, 'renamed elsewhere', 'Rename');
    await page.getByLabel('Name', { exact: true }).fill(long);
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await runLine(other, long).waitFor();
    await other.close();
  });

  test('paused, it keeps its steps and goes on', async () => {
    await chooseAction(page, long, 'Pause');
    await is(long, 'paused');
    const at = await steps(long);
    expect(at).toBeGreaterThan(80);
    await runLine(page, long).getByRole('button', { name: 'Resume' }).click();
    await is(long, 'running');
    await expect.poll(() => steps(long)).toBeGreaterThan(at);
    await runLine(page, long).focus();
    await page.keyboard.press(' ');
    await page.keyboard.press('p');
    await is(long, 'paused');
    await page.getByRole('button', { name: 'Select nothing' }).click();
  });

  test('forked, the fork begins where the checkpoint is', async () => {
    const at = await steps(long);
    await runLine(page, long).getByRole('button', { name: long, exact: true }).click();
    const dialog = page.getByRole('dialog', { name: long });
    await dialog.getByRole('button', { name: 'Fork here…' }).first().click();
    const sheet = page.getByRole('dialog', { name: /^Fork at step/ });
    await sheet.getByLabel('Other fields').fill('model.experts=2');
    await sheet.getByText('a fork goes on with the model it begins with').waitFor();
    expect(await sheet.getByRole('button', { name: 'Fork', exact: true }).isDisabled()).toBe(true);
    await sheet.getByLabel('Other fields').fill('training.learningRate=1e-4');
    await sheet.getByRole('button', { name: 'Fork', exact: true }).click();
    await toast(page, /^Forked .* as /).waitFor();
    const fork = page.locator('[data-run]').filter({ hasText: `${long}, from step` });
    await fork.waitFor();
    expect(await fork.locator('.progress').getAttribute('title')).toContain(`${grouped(at)} of`);
  });

  test('trained on to more steps, as a run of its own', async () => {
    await chooseAction(page, long, 'Train on…');
    const dialog = page.getByRole('dialog', { name: 'Train on' });
    await dialog.getByLabel('Steps in all').fill('1');
    await dialog.getByText(/“1” is not a whole number from/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Train on', exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel('Steps in all').fill('200000000');
    await dialog.getByRole('button', { name: 'Train on', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const longer = `${long}, to step 200000000`;
    await is(longer, 'running');
    await chooseAction(page, longer, 'Stop for good');
    await is(longer, 'stopped');
  });

  test('a note and tags are kept, and found', async () => {
    await runLine(page, long).getByRole('button', { name: long, exact: true }).click();
    const dialog = page.getByRole('dialog', { name: long });
    await dialog.getByLabel('Note').fill('the first one\nof two lines');
    await dialog.getByLabel('Tags').fill('baseline, to keep');
    await dialog.getByLabel('Tags').press('Tab');
    await dialog.getByText('Kept.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Find runs').fill('to keep');
    await expect.poll(() => page.locator('[data-run]').count()).toBe(1);
    await page.reload();
    await runLine(page, long).getByRole('button', { name: long, exact: true }).click();
    expect(await page.getByLabel('Note').inputValue()).toBe('the first one\nof two lines');
    await page.keyboard.press('Escape');
  });

  test('removed, and brought back', async () => {
    await chooseAction(page, long, 'Remove');
    await runLine(page, long).waitFor({ state: 'detached' });
    await toast(page, /^Removed/).waitFor();
    await page.keyboard.press('Control+z');
    await runLine(page, long).waitFor();
    await page.getByRole('button', { name: 'More of this experiment' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('heading', { name: 'No experiment yet' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await runLine(page, long).waitFor();
    expect(await state(long)).toBe('paused');
    expect(lab.heard.complaints).toEqual([]);
  });
});
