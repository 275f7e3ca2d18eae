// From trained runs to the figures of the paper, what the seeds can show, and what the lab noticed meanwhile.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './axe.ts';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { addCorpus, go, runLine, startExperiment, toast } from './steps.ts';

const figures: [title: string, place: string][] = [
  ['Validation loss and speed-up', 'as Figure 1 of the paper'],
  ['Unique experts activated', 'as Figure 2 of the paper, all layers together'],
  ['Unique experts by layer', 'as Figure 2 of the paper, layer by layer'],
  ['Rate of change of PES', 'as Figure 3b of the paper'],
  ['Loss without the top experts', 'as Figure 4 of the paper'],
  ['Rate of change of Min PES', 'as Figure 5 of the paper'],
];

throughEachDoor('the figures of the paper', (open) => {
  let lab: OpenedLab;
  let page: Page;
  const figure = (title: string): Locator => page.getByRole('figure', { name: title, exact: true });

  beforeAll(async () => {
    lab = await open();
    page = lab.page;
    await addCorpus(page, 'sources');
    await startExperiment(page, { name: 'figures', objectives: ['LBL', 'SimBal'], seeds: '0, 1' });
  });
  afterAll(() => lab?.close());

  test('they are a view of the comparison, with an address of its own', async () => {
    await expect.poll(() => page.getByRole('img', { name: 'finished' }).count()).toBe(4);
    for (const box of await page.locator('[data-run]').getByRole('checkbox').all()) await box.check();
    await page.keyboard.press('c');
    await page.getByRole('link', { name: 'Figures of the paper' }).click();
    await figure('Validation loss and speed-up').waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#\/paper\?runs=(\w+,){3}\w+$/);
    await page.reload();
    for (const [title, place] of figures) await figure(title).getByText(place, { exact: true }).waitFor();
    const layers = page.getByRole('region', { name: 'PES by layer over training' });
    await layers.getByText('as Figure 3a of the paper').waitFor();
    await expect.poll(() => layers.getByRole('application').count()).toBe(2);
    expect(await page.getByRole('link', { name: 'Compare', exact: true }).getAttribute('aria-current')).toBe('page');
  });

  test('a figure says what it measures, and is a file', async () => {
    await figure('Rate of change of Min PES')
      .getByRole('button', { name: 'What Rate of change of Min PES is' })
      .click();
    const card = page.getByRole('dialog', { name: 'Rate of change of Min PES' });
    expect(await card.textContent()).toContain('Fig. 5');
    await page.keyboard.press('Escape');
    if (!lab.served) return;
    const rows = await saved('PES by layer, LBL', () => page.getByRole('button', { name: 'LBL: table and export' }));
    const { api } = lab.served.lab.client;
    const run = (await api.runs.list({})).find(({ name }) => name.startsWith('LBL'))!;
    const steps = (await api.evaluations.list({ run: run.id })).map(({ evaluation }) => evaluation.step);
    expect(rows[0]).toBe('step,layer,PES');
    // Two layers.
    expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(steps.flatMap((step) => [`${step}`, `${step}`]));
  });

  // A window asks its system where to put a file, which no test can answer.
  async function saved(what: string, menu: () => Locator): Promise<string[]> {
    await menu().click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Save as CSV' }).click(),
    ]);
    expect(download.suggestedFilename(), what).toMatch(/\.csv$/);
    return readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
  }

  test('the tables are means over seeds, and two seeds have no interval', async ({ skip }) => {
    if (!lab.served) return skip();
    const rows = await saved('main results', () => page.getByRole('button', { name: 'Main results: export' }));
    const perplexities = rows.filter((row) => row.includes(',Perplexity,')).map((row) => row.split(','));
    expect(perplexities.map(([label, seeds]) => [label, seeds])).toEqual([
      ['LBL', '2'],
      ['SimBal', '2'],
    ]);
    for (const row of perplexities) expect(row.slice(6)).toEqual(['', '', '']);
    const runs = (await lab.served.lab.client.api.runs.list({})).filter(({ name }) => name.startsWith('LBL'));
    const mean = runs.reduce((sum, run) => sum + run.evaluation!.perplexity / runs.length, 0);
    expect(Number(perplexities[0]![4])).toBeCloseTo(mean, 9);
  });

  test('what was not measured is offered with its cost, measured, and shown from then on', async () => {
    const masked = figure('Loss without the top experts');
    await masked.getByText('Not measured yet for 4 runs').waitFor();
    await masked.getByText(/tokens of forward passes/).waitFor();
    await masked.getByRole('button', { name: 'Measure it' }).click();
    await masked.getByRole('application').waitFor();
    await expect.poll(() => masked.getByText(/Not measured|Measuring/).count()).toBe(0);
    await page.reload();
    await masked.getByText('Checkpoints of step 60').waitFor();
    expect(await masked.getByRole('button', { name: 'Measure it' }).count()).toBe(0);
  });

  test('maps follow the crosshair when they are asked to', async () => {
    const layers = page.getByRole('region', { name: 'PES by layer over training' });
    await expect.poll(() => layers.getByRole('status').textContent()).toBe('step 60');
    await layers.getByLabel('follow the crosshair').check();
    const chart = page.getByRole('application', { name: /^Rate of change of PES/ });
    await chart.focus();
    // A chart draws, and hears keys, once it is in sight.
    await chart.locator('svg').first().waitFor();
    // To its first point, which lies between the evaluations of steps 0 and 5.
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => layers.getByRole('status').textContent()).toBe('step 5');
    await layers.getByLabel('follow the crosshair').uncheck();
  });

  test('differences are told in words and numbers, of any measure and by either interval', async () => {
    await page.getByRole('link', { name: 'Charts', exact: true }).click();
    const table = page.getByRole('region', { name: 'Differences by seed' });
    await table.getByRole('columnheader', { name: '95% t interval' }).waitFor();
    await page.getByLabel('Measure of the differences').selectOption({ label: 'Min PES' });
    await page.getByLabel('Interval of the differences').selectOption({ label: 'percentile bootstrap interval' });
    await table.getByRole('columnheader', { name: '95% percentile bootstrap interval' }).waitFor();
    expect(await table.getByRole('row').nth(1).textContent()).toMatch(/SimBal\s*2/);
    const words = page.getByRole('list', { name: 'Differences of Min PES in words' });
    expect(await words.textContent()).toMatch(/2 (paired )?seeds/);
  });

  test('routers are seen once they are measured', async () => {
    const maps = figure('Router Gram matrices');
    await maps.getByRole('button', { name: 'Measure it' }).click();
    await expect.poll(() => maps.getByRole('application').count()).toBe(4);
    await maps.getByLabel('Entries of the Gram matrices').selectOption('raw');
    const map = maps.getByRole('application').first();
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => map.textContent()).toMatch(/expert 0, expert 1: /);
  });

  test('nothing of it shuts anybody out', async () => {
    const found = await faults(page, 'charts');
    await page.getByRole('link', { name: 'Figures of the paper' }).click();
    await figure('Main results').waitFor();
    found.push(...(await faults(page, 'figures')));
    await page.setViewportSize({ width: 700, height: 900 });
    found.push(...(await faults(page, 'figures, narrow', ['light'])));
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(found).toEqual([]);
  });

  test('a run that goes wrong says so where one looks, also after a reload', async () => {
    await go(page, 'New experiment');
    await startExperiment(page, {
      name: 'too fast',
      objectives: ['SimBal'],
      seeds: '7',
      fields: { 'training.learningRate': '1' },
    });
    await toast(page, /“SimBal, seed 7”/)
      .first()
      .waitFor();
    const line = runLine(page, 'SimBal, seed 7');
    await line.getByRole('button', { name: /alerts?: / }).waitFor();
    await expect.poll(() => line.getByRole('img', { name: /finished|failed/ }).count()).toBe(1);
    await page.reload();
    await line.getByRole('button', { name: /alerts?: / }).click();
    const alerts = page.getByRole('dialog', { name: 'SimBal, seed 7' }).getByRole('region', { name: 'Alerts' });
    await alerts
      .getByText(/step \d+/)
      .first()
      .waitFor();
    const found = await faults(page, 'a run with alerts');
    await page.keyboard.press('Escape');
    await line.getByRole('checkbox').check();
    await page.keyboard.press('c');
    // Alerts of one place are one flag, with a list of them.
    const flag = page.getByRole('button', { name: /^(\d+ together: )?SimBal: .* at step \d+/ }).first();
    await flag.focus();
    await page.keyboard.press('Enter');
    const listed = page.getByRole('menuitem', { name: /^SimBal: .* at step \d+$/ }).first();
    await alerts.or(listed).first().waitFor();
    if (await listed.isVisible()) await page.keyboard.press('Enter');
    await alerts.waitFor();
    await page.keyboard.press('Escape');
    found.push(...(await faults(page, 'a chart with flags')));
    expect(found).toEqual([]);
    expect(lab.heard.complaints).toEqual([]);
  });
});
