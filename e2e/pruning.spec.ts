// The pruning bench as a person uses it: tiny models are trained, pruned in several ways and looked at.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './axe.ts';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { patience } from './patience.ts';
import { addCorpus, go, startExperiment } from './steps.ts';

throughEachDoor('pruning', (open) => {
  let lab: OpenedLab;
  let page: Page;
  const runs = 4;

  beforeAll(async () => {
    lab = await open();
    page = lab.page;
    await addCorpus(page, 'sources');
    await startExperiment(page, {
      name: 'to be pruned',
      objectives: ['none', 'SimBal'],
      seeds: '0, 1',
      fields: { 'training.steps': '40' },
    });
  });
  afterAll(() => lab?.close());

  const field = (label: string) => page.getByLabel(label, { exact: true });
  const start = () => page.getByRole('button', { name: /^Measure \d+ runs?$/ });
  const experiments = () => page.locator('summary').filter({ hasText: 'Experiments' });
  const numbers = () => page.getByRole('region', { name: 'In numbers, table' });
  /** Longer than a step takes: so many studies follow each other. */
  const complete = (count: number) =>
    expect.poll(() => page.getByText(`show ${count} complete studies`).count(), { timeout: 4 * patience }).toBe(1);
  const points = () => page.getByRole('group', { name: /^Perplexity against what is saved/ });
  /** What was measured is read after it is known to be there. */
  const everyRunIsDrawn = () =>
    expect
      .poll(() =>
        points()
          .getByRole('button', { name: /, drop-top 2, / })
          .count(),
      )
      .toBe(runs);
  const row = (label: string, setting: string) =>
    numbers()
      .getByRole('row')
      .filter({ has: page.getByRole('button', { name: `${label} ${setting}`, exact: true }) });

  test('nothing is chosen at first, and chosen runs come with a sweep that fits them', async () => {
    await expect.poll(() => page.getByRole('img', { name: 'finished' }).count()).toBe(runs);
    await go(page, 'Pruning');
    await page.getByRole('heading', { name: 'No runs chosen' }).waitFor();
    expect(await faults(page, 'no runs')).toEqual([]);
    await page.getByRole('button', { name: 'Choose runs' }).click();
    const dialog = page.getByRole('dialog', { name: 'Runs to prune' });
    await dialog.getByRole('button', { name: 'Add all found' }).click();
    await dialog.getByRole('button', { name: 'Choose', exact: true }).click();
    // Of 4 experts 2 must be left for each token.
    expect(await field('top experts dropped').inputValue()).toBe('0, 1, 2');
    await expect.poll(() => start().isEnabled()).toBe(true);
    await page
      .getByText(/tokens$/)
      .first()
      .waitFor();
  });

  test('what cannot be is said beside its field, and nothing starts', async () => {
    await field('top experts dropped').fill('0, 3');
    await page.getByText('it must be a whole number from 0 to 2: of 4 experts, 2 must be left').waitFor();
    await field('repeats').fill('1');
    await page.getByText('Write 3 or more.').waitFor();
    await page.getByText('2 fields to mend').waitFor();
    expect(await page.getByRole('button', { name: 'Measure', exact: true }).isEnabled()).toBe(false);
    expect(await faults(page, 'a wrong form')).toEqual([]);
  });

  test('a sweep is measured, run by run', { timeout: 8 * patience }, async () => {
    await page.getByRole('button', { name: 'Table 6' }).click();
    const removed = page.getByRole('group', { name: 'Removed by' });
    await removed.getByRole('checkbox', { name: 'REAP' }).check();
    await removed.getByRole('checkbox', { name: 'random' }).check();
    await page.getByLabel('reversed, as a control').check();
    await field('top experts dropped').fill('0, 1, 2');
    await field('thresholds').fill('0, 0.4');
    await field('shares taken away').fill('0.5');
    await field('random draws').fill('2');
    await field('validation tokens').fill('512');
    await field('calibration tokens').fill('256');
    await field('batches').fill('1, 2');
    await field('repeats').fill('3');
    await page.getByText('Known once every field holds.').waitFor({ state: 'detached' });
    await start().click();
    await complete(runs);
    await page.getByRole('heading', { name: 'What dropping buys' }).waitFor();
  });

  test('results say what was measured: masks have no speed, and nothing dropped changes nothing', async () => {
    await page.getByLabel('Run', { exact: true }).selectOption('all');
    const cells = async (setting: string) => {
      const line = row('SimBal, seed 0', setting);
      await line.waitFor();
      return (await line.getByRole('cell').allTextContents()).map((text) => text.trim());
    };
    const [perplexity, , , speed] = await cells('unpruned');
    expect(speed).toMatch(/\d \(1\.00×\)$/);
    const same = await cells('drop-top 0');
    expect(same[0]).toBe(perplexity);
    expect(same[3]).toBe('mask');
    expect((await cells('drop-top 2'))[3]).toBe('mask');
    expect((await cells('remove reap 0.5 layer'))[3]).toMatch(/×, \d.* to \d.*\)$/);
    await points()
      .getByRole('button', { name: /^SimBal, seed 0, drop-top 0, no speed/ })
      .waitFor();
    for (const chart of ['Loss without the top experts', 'Removed by REAP', 'Load that moves, by layer'])
      await page.getByRole('application', { name: new RegExp(`^${chart}`) }).waitFor();
    await page.getByText('paired by seed with none').waitFor();
  });

  test('the lab keeps what the page shows', async ({ skip }) => {
    if (!lab.served) return skip('A window has its lab to itself.');
    const { client } = lab.served.lab;
    const studies = await client.api.studies.list({});
    expect(studies.map(({ status }) => status)).toEqual(Array.from({ length: runs }, () => 'completed'));
    const workers = lab.served.lab.workers.length;
    await page.reload();
    await complete(runs);
    await numbers().waitFor();
    expect(lab.served.lab.workers.length).toBe(workers);
    expect(await client.api.studies.list({})).toEqual(studies);
  });

  test('points are walked by keys and open what lies behind them', async () => {
    await everyRunIsDrawn();
    await points().getByRole('button').first().focus();
    await page.keyboard.press('End');
    const focused = () => page.evaluate(() => document.activeElement!.getAttribute('aria-label') ?? '');
    const last = await focused();
    expect(last).toMatch(/tokens\/s/);
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).not.toBe(last);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Where tokens go').waitFor();
    await expect.poll(() => dialog.getByRole('application').count()).toBe(2);
    expect(await dialog.getByRole('region', { name: 'Layers' }).getByRole('row').count()).toBe(3);
    expect(await faults(page, 'behind a point')).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('what is saved can be turned, and any of it is a file', async () => {
    await page.getByLabel('Saved', { exact: true }).selectOption('bytes of weights');
    await page.getByRole('group', { name: /over bytes of weights/ }).waitFor();
    await page.getByRole('button', { name: 'Perplexity against what is saved: table and export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Save as CSV' }).click();
    const text = readFileSync((await (await download).path())!, 'utf8');
    expect(text).toMatch(/^of,setting,kind,bytes of weights,low quartile,high quartile,perplexity/);
    expect(text).toMatch(/"SimBal, seed 1",drop-top 2,mask or not timed,,,,\d/);
    await page.getByRole('button', { name: 'Perplexity against what is saved: table and export' }).click();
    const picture = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Save as SVG' }).click();
    expect(readFileSync((await (await picture).path())!, 'utf8')).toMatch(/<svg[^>]*>.*<\/svg>$/s);
  });

  test('accessible in both themes, wide and narrow', async () => {
    expect(await faults(page, 'results')).toEqual([]);
    await page.setViewportSize({ width: 700, height: 900 });
    expect(await faults(page, 'results, narrow', ['light'])).toEqual([]);
    const wide = await page.evaluate(
      () => document.querySelector('main')!.scrollWidth - document.querySelector('main')!.clientWidth,
    );
    expect(wide).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('the same again is there already; a study that waits is stopped, goes on, and is removed', {
    timeout: 8 * patience,
  }, async () => {
    await experiments().click();
    await page.getByRole('button', { name: 'Table 6' }).click();
    await field('thresholds').fill('0.3');
    // A window's workers cannot be held: of its studies, one is stopped that is not over.
    const release = lab.served?.lab.holdWorkers();
    await start().click();
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await expect.poll(() => stop.count()).toBeGreaterThanOrEqual(release ? runs : 1);
    // The newest is the first of the list, and the last to be measured.
    await stop.first().click();
    const left = page.getByRole('region', { name: 'Studies' }).getByRole('listitem').filter({ hasText: 'stopped' });
    await left.getByRole('button', { name: 'Go on' }).click();
    release?.();
    await complete(2 * runs);
    await experiments().click();
    await page.getByRole('heading', { name: 'Measured already' }).waitFor();
    await page.getByText('show 8 complete studies').click();
    await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
    await page.getByRole('button', { name: 'Remove its results for good' }).click();
    await page.getByText('show 7 complete studies').waitFor();
    expect(lab.heard.complaints).toEqual([]);
  });
});
