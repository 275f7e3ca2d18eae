// Measurements over the checkpoints of trained runs: what they cost, begun, stopped, gone on with and kept; every view with its
// tables and files; the token lens by keys; axe in both themes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configurationFromPreset } from '../src/shared/config/index.ts';
import { faults } from './axe.ts';
import { chromiumPath } from './browser.ts';
import { type OpenedLab, openServed } from './doors.ts';
import { go } from './steps.ts';

const sources = join(import.meta.dirname, '..', 'src');

describe.skipIf(chromiumPath === null)('an analysis of checkpoints, the served page', () => {
  let lab: OpenedLab;
  let page: Page;
  let ids: string[];
  let dense: string;

  beforeAll(async () => {
    lab = await openServed();
    page = lab.page;
    const { api, watch } = lab.served!.lab.client;
    await api.corpora.add({
      name: 'two domains',
      sources: ['shared', 'renderer'].map((domain) => ({ path: join(sources, domain), domainBy: 'none', domain })),
      tokenizer: 'bytes',
      validationShare: 0.3,
    });
    const { id: experiment } = await api.experiments.create({ name: 'analysed' });
    const configuration = configurationFromPreset('nano', {
      corpus: 'two domains',
      model: { width: 16, layers: 2, heads: 2, context: 32, experts: 4, active: 2, expertWidth: 16, vocabulary: 257 },
      training: { steps: 60, warmupSteps: 1, batch: 2, checkpointEvery: 20 },
      evaluation: { every: 60, denseUntil: 0, tokens: 64, similarityEvery: 1, similarityTokens: 32 },
    });
    const done = new Set<string>();
    const trained = new Promise<void>((resolve, reject) => {
      watch((event) => {
        if (event.type !== 'run') return;
        const { id, status, message } = event.run;
        if (status === 'failed') reject(new Error(message ?? id));
        if (status === 'completed' && done.add(id).size === 3) resolve();
      });
    });
    const sparse = { experiment, configuration, seeds: [0], start: true };
    const runs = await api.runs.create({ ...sparse, objectives: [[{ kind: 'simbal', coefficient: 0.1 }], []] });
    const twin = { ...configuration, model: { ...configuration.model, kind: 'dense' as const, experts: 1, active: 1 } };
    const [denseRun] = await api.runs.create({ ...sparse, configuration: twin, objectives: [[]] });
    ids = runs.map(({ id }) => id);
    dense = denseRun!.id;
    await trained;
  });
  afterAll(() => lab?.close());

  const open = async (view: string, runs: readonly string[] = ids) => {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/analysis?runs=${runs.join()}&view=${view}`);
    // The address says at once what the screen shows a task later.
    await page
      .getByRole('navigation', { name: 'Views of an analysis' })
      .locator(`[href$="?runs=${runs.join()}&view=${view}"][aria-current=page]`)
      .waitFor();
  };
  const measurement = () => page.getByRole('region', { name: 'Measurement' });
  /** Kept measurements whose numbers are on the page. */
  const shown = () => measurement().locator('tbody tr', { hasText: 'shown' });
  const measure = async () => {
    await measurement().getByRole('button', { name: 'Measure it' }).click();
    await measurement().getByText('Measured already').waitFor();
    await expect.poll(() => shown().count()).toBe(ids.length);
  };
  /** Chooses of a chart's menu. */
  const choose = async (title: string, item: string) => {
    await page.getByRole('button', { name: `${title}: table and export` }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const tableOf = async (title: string): Promise<string[][]> => {
    await choose(title, 'Show as a table');
    const dialog = page.getByRole('dialog', { name: title });
    await dialog.getByRole('row').first().waitFor();
    const rows = await dialog
      .getByRole('row')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent!)));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    return rows;
  };

  test('without runs it says what to choose, and runs come from the list', async () => {
    await go(page, 'Analysis');
    await page.getByRole('heading', { name: 'No runs chosen' }).waitFor();
    expect(await faults(page, 'nothing chosen')).toEqual([]);
    await go(page, 'Runs');
    for (const id of ids) await page.locator(`[data-run="${id}"]`).getByRole('checkbox').check();
    await page.keyboard.press('a');
    await page.getByRole('navigation', { name: 'Views of an analysis' }).waitFor();
    await measurement().getByText('Not measured yet for 2 runs').waitFor();
  });

  test('dense runs say that there is no routing', async () => {
    await open('routing', [dense]);
    await page.getByText('a dense model, which routes nothing. There is no routing to look at.').waitFor();
    expect(await measurement().count()).toBe(0);
    await open('routing', [...ids, dense]);
    await measurement().getByText('Not measured yet for 2 runs').waitFor();
  });

  test('which checkpoints, with what is wrong beside it, and the cost before it begins', async () => {
    await open('routing');
    const panel = measurement();
    await panel.getByText(/steps 20, 40 and 60/).waitFor();
    const cost = () => panel.getByText(/tokens of forward passes/).textContent();
    await panel.getByLabel('sample').fill('256');
    await expect.poll(cost).toMatch(/^1\.54k tokens of forward passes, .*FLOP.* of memory, .* kept$/);
    await panel.getByLabel('checkpoints').selectOption('list');
    await panel.getByRole('textbox', { name: 'steps' }).fill('20, 30');
    await panel.getByText('There is no checkpoint of step 30. There are those of steps 20, 40 and 60.').waitFor();
    expect(await panel.getByRole('button', { name: 'Measure it' }).count()).toBe(0);
    await panel.getByRole('textbox', { name: 'steps' }).fill('60');
    await expect.poll(cost).toMatch(/^512 tokens/);
    await panel.getByLabel('checkpoints').selectOption('every');
    await panel.getByRole('spinbutton', { name: 'n', exact: true }).fill('2');
    await expect.poll(cost).toMatch(/^1\.02k tokens/);
    await panel.getByLabel('sample').fill('0');
    await panel.getByText('The sample is a whole number of tokens from 1').waitFor();
    await panel.getByLabel('sample').fill('256');
    await panel.getByLabel('checkpoints').selectOption('all');
  });

  test('routing over checkpoints: curves, pairs, domains and tokens of each layer', async () => {
    await measure();
    for (const title of [
      'Router saturation',
      'Switch rate',
      'Vocabulary specialisation over training',
      'Expert co-activation',
      'Domain specialisation',
      'Vocabulary specialisation',
    ]) {
      await page.getByRole('figure', { name: title, exact: true }).waitFor();
    }
    const saturation = (await tableOf('Router saturation')).slice(1).filter(([series]) => !series!.startsWith('K/E'));
    expect(saturation.map(([series, step]) => `${series} ${step}`).slice(0, 6)).toEqual(
      ['SimBal, layer 0', 'SimBal, layer 1'].flatMap((series) => [20, 40, 60].map((step) => `${series} ${step}`)),
    );
    // The last checkpoint is the reference.
    expect(saturation.filter(([, step]) => step === '60').every(([, , value]) => Number(value) === 1)).toBe(true);
    const together = (await tableOf('Expert co-activation')).slice(1);
    expect(together).toHaveLength(2 * 16);
    const domains = (await tableOf('Domain specialisation')).slice(1);
    for (const [of] of domains) expect(of).toMatch(/^(SimBal|none), (shared|renderer), \d+ tokens, step 60$/);
    // K/E less than what the shares of a domain sum to: nothing is left over.
    const first = domains.filter(([of, layer]) => of === domains[0]![0] && layer === 'layer 0');
    expect(Math.abs(first.reduce((sum, row) => sum + Number(row[3]!.replace('−', '-')), 0))).toBeLessThan(1e-3);
    await page.getByLabel('Tokens of the specialisation').selectOption('predicted');
    await page.getByRole('region', { name: 'Experts of SimBal with their tokens' }).getByRole('row').nth(4).waitFor();
  });

  test('maps follow the checkpoint and the layer, and are read by keys', async () => {
    const map = (step: number, layer: number) =>
      page.getByRole('application', { name: new RegExp(`^SimBal, layer ${layer}, step ${step}, 4 by 4`) });
    await map(60, 0).waitFor();
    await page.getByRole('slider', { name: 'Checkpoint' }).press('Home');
    await map(20, 0).waitFor();
    await page.getByRole('combobox', { name: /^layer/ }).selectOption('1');
    await map(20, 1).focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => map(20, 1).textContent())
      .toMatch(/of the tokens of expert \d use expert \d too|has no token/);
    await page.getByLabel('Order of the experts').selectOption('index');
    await map(20, 1).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => map(20, 1).textContent()).toMatch(/expert 0/);
  });

  test('each chart is a file as SVG, PNG and CSV', async () => {
    for (const title of ['Router saturation', 'Expert co-activation', 'Vocabulary specialisation']) {
      for (const [kind, start] of [
        ['SVG', '<?xml'],
        ['PNG', '\x89PNG'],
        ['CSV', ''],
      ] as const) {
        const [download] = await Promise.all([page.waitForEvent('download'), choose(title, `Save as ${kind}`)]);
        const file = readFileSync((await download.path())!);
        expect(file.toString('latin1').startsWith(start), `${title} ${kind}`).toBe(true);
        expect(file.toString('latin1')).not.toMatch(/NaN"/);
      }
    }
  });

  test('similarity: PES with its interval, pairs with what they see', async () => {
    await open('similarity');
    await measurement().getByLabel('sample').fill('256');
    await measure();
    const [head, ...rows] = await tableOf('PES by layer over training');
    expect(head).toEqual(expect.arrayContaining(['low 95%', 'high 95%']));
    const number = (text: string) => Number(text.replace('−', '-'));
    for (const [, , value, low, high] of rows) {
      expect(number(low!)).toBeLessThanOrEqual(number(value!));
      expect(number(high!)).toBeGreaterThanOrEqual(number(value!));
    }
    const pairs = page.getByRole('region', { name: 'Most and least similar pairs' });
    await pairs.getByRole('heading', { name: 'Least similar' }).first().waitFor();
    await expect.poll(() => pairs.getByText(/^expert \d/).count()).toBeGreaterThan(4);
    expect(await faults(page, 'similarity')).toEqual([]);
  });

  test('geometry: scale or direction in a sentence, spectra, lengths and load', async () => {
    await open('geometry');
    await measurement().getByLabel('sample').fill('256');
    await measure();
    const answer = page.getByRole('region', { name: 'Scale or direction' });
    await expect.poll(() => answer.textContent()).toMatch(/the difference is|about equally far/);
    expect(await answer.textContent()).toMatch(/What keeps it from orthonormal is/);
    for (const title of [
      'Router drift',
      'Router Gram matrices',
      'Singular values of R',
      'Router vector length and load',
    ]) {
      await page.getByRole('figure', { name: title, exact: true }).waitFor();
    }
    expect((await tableOf('Router vector length and load')).slice(1)).toHaveLength(8);
    await page.getByLabel('Entries of the Gram matrices').selectOption('gram');
    expect(await faults(page, 'geometry')).toEqual([]);
  });

  test('what was measured is kept: shown after a reload, beside another one, and removed', async () => {
    await open('routing');
    await page.reload();
    await page.getByRole('figure', { name: 'Router saturation' }).waitFor();
    const panel = measurement();
    await panel.getByLabel('sample').fill('128');
    await panel.getByLabel('checkpoints').selectOption('last');
    await measure();
    await panel.getByText(/kept measurements$/).click();
    const kept = panel.getByRole('table').getByRole('row');
    await expect.poll(() => kept.count()).toBe(5);
    await expect.poll(() => kept.filter({ hasText: 'shown' }).filter({ hasText: 'step 60' }).count()).toBe(2);
    await panel.getByRole('button', { name: 'Show SimBal, steps 20, 40 and 60' }).click();
    await expect.poll(() => kept.filter({ hasText: 'shown' }).filter({ hasText: '20, 40 and 60' }).count()).toBe(1);
    for (const name of ['SimBal', 'none']) await panel.getByRole('button', { name: `Remove ${name}, step 60` }).click();
    await expect.poll(() => kept.count()).toBe(3);
    await panel.getByText('Not measured yet for 2 runs').waitFor();
    expect(await faults(page, 'routing')).toEqual([]);
  });

  test('one that was stopped keeps what is done and goes on', async () => {
    const panel = measurement();
    await panel.getByLabel('checkpoints').selectOption('all');
    await panel.getByLabel('sample').fill('40000');
    const release = lab.served!.lab.holdWorkers();
    await panel.getByRole('button', { name: 'Measure it' }).click();
    await panel.getByText(/^Measuring routing at these checkpoints, of 2 runs/).waitFor();
    await panel.getByRole('button', { name: 'Stop', exact: true }).first().click();
    // What it was told first it begins with, and is stopped on its way.
    await panel.getByText(/: is being stopped\b/).waitFor();
    release();
    await panel.getByText(/^Stopped after \d+( of 3)?; what is done is kept/).waitFor();
    await panel.locator('.offer').getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => panel.getByText('Measured already').count()).toBe(1);
  });

  test('the token lens: two checkpoints side by side, walked by keys', async () => {
    await open('lens');
    await page.getByLabel('Second run').selectOption(ids[0]!);
    await page.getByLabel('First step').selectOption('20');
    await page.getByRole('button', { name: 'Measure it' }).click();
    const list = page.getByRole('listbox', { name: /Tokens of SimBal, step 20 beside SimBal, step 60/ });
    await list.waitFor();
    const tokens = list.getByRole('option');
    await expect.poll(() => tokens.count()).toBe(32);
    await list.focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    expect(await tokens.nth(1).getAttribute('aria-selected')).toBe('true');
    await expect
      .poll(async () => (await tokens.nth(1).textContent())!.replace(/\s+(?=[,;])/g, ''))
      .toMatch(/experts \d \d, then \d \d, (which differ|the same); loss [+−]?\d/);
    await page.getByText(/^Token 1,/).waitFor();
    await page.keyboard.press('End');
    expect(await tokens.nth(31).getAttribute('aria-selected')).toBe('true');
    const table = await tableOf('Token lens');
    expect(table.slice(1)).toHaveLength(64);
    expect(await faults(page, 'token lens')).toEqual([]);
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await page.getByLabel('from token').inputValue()).toBe('32');
    await page.getByText('Not measured yet for 2 runs').waitFor();
    await page.getByLabel('a text of your own').check();
    await page.getByText('Paste or write a text.').waitFor();
    await page.getByLabel('Text', { exact: true }).fill('<b>two words</b>');
    await page.getByRole('button', { name: 'Measure it' }).click();
    await expect.poll(() => tokens.count()).toBe(16);
    expect(await tokens.first().textContent()).toContain('<');
    await page.getByLabel('Texts that were looked at before').selectOption({ index: 2 });
    await expect.poll(() => tokens.count()).toBe(32);
  });

  test('a position beyond the split fails in words, and what else was asked stays', async () => {
    await page.getByLabel('from token').fill('999999999');
    await page.getByRole('button', { name: 'Measure it' }).click();
    await expect.poll(() => page.locator('.offer .bad').first().textContent()).toMatch(/validation/);
    await page.getByLabel('from token').fill('0');
    await page.getByRole('listbox').waitFor();
    await page.setViewportSize({ width: 700, height: 900 });
    expect(await page.locator('main').evaluate((main) => main.scrollWidth <= main.clientWidth)).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(lab.heard.complaints).toEqual([]);
  });
});
