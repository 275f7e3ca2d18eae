// From nothing to a comparison: a corpus, objectives × seeds with their cost, training, charts that belong together, and files.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { addCorpus, field, fillExperiment, go, runLine, text } from './steps.ts';

throughEachDoor('an experiment from nothing', (open) => {
  let lab: OpenedLab;
  let page: Page;
  const names = ['none, seed 0', 'none, seed 1', 'SimBal, seed 0', 'SimBal, seed 1'];

  beforeAll(async () => {
    lab = await open();
    page = lab.page;
  });
  afterAll(() => lab?.close());

  test('an empty lab says what to do first', async () => {
    await page.getByRole('heading', { name: 'No experiment yet' }).waitFor();
    await page.getByRole('button', { name: 'New experiment' }).click();
    await page.getByText('Choose a corpus to train on.').waitFor();
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
  });

  test('who has no text begins with the one that is there', async () => {
    await page.getByRole('button', { name: 'Use the built-in text' }).click();
    await expect.poll(() => page.getByLabel('Corpus').textContent()).toContain('dependency-text');
    await page.getByRole('button', { name: 'Start 9 runs' }).waitFor();
  });

  test('a corpus that cannot be read says why, and one that can is added', async () => {
    await page.getByRole('button', { name: 'Add a corpus' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a corpus' });
    await dialog.getByLabel('Files or folders').fill('/nowhere/at all');
    await dialog.getByLabel('Name').fill('nothing');
    await dialog.getByRole('button', { name: 'Prepare' }).click();
    await expect.poll(() => dialog.getByRole('alert').textContent()).toMatch(/\/nowhere\/at all/);
    await page.keyboard.press('Escape');
    await addCorpus(page, 'shared sources', text);
    await expect.poll(() => page.getByLabel('Corpus').textContent()).toContain('shared sources');
  });

  test('a wrong field says why beside it, and nothing can be started', async () => {
    await fillExperiment(page, { name: 'first look', objectives: ['none', 'SimBal'], seeds: '0, 1' });
    const wrong: [Locator, string, string, RegExp][] = [
      [field(page, 'model.experts'), '0', '4', /at least 1|from 1|1 /],
      [field(page, 'model.heads'), '3', '2', /divide|multiple/],
      [field(page, 'training.learningRate'), 'NaN', '0.002', /number/],
      [page.getByLabel('Seeds'), '1, x', '0, 1', /“x” is neither/],
    ];
    for (const [input, bad, good, why] of wrong) {
      await input.fill(bad);
      expect(await input.getAttribute('aria-invalid'), bad).toBe('true');
      const reason = await input.evaluate(
        (element) => document.getElementById(element.getAttribute('aria-describedby')!)!.textContent,
      );
      expect(reason).toMatch(why);
      expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
      await input.fill(good);
      expect(await input.getAttribute('aria-invalid'), good).toBe('false');
    }
  });

  test('the cost is there before the start', async () => {
    const cost = page.getByRole('complementary', { name: 'Cost before the start' });
    expect(await cost.getByRole('heading').textContent()).toBe('4 runs');
    const shown = await cost.textContent();
    for (const what of ['parameters', 'active a token', 'training tokens', 'FLOP', 'memory'])
      expect(shown).toContain(what);
    // 60 steps of 2 sequences of 32 tokens.
    expect(shown).toMatch(/training tokens\s*3\.84k/);
  });

  test('two runs at once, set on the way: what was filled in stays', async () => {
    await go(page, 'Settings');
    await page.getByLabel('Runs at once').fill('0');
    await page.getByText('“0” is not a whole number from 1 to 64.').waitFor();
    await page.getByLabel('Runs at once').fill('2');
    await page.getByLabel('Runs at once').press('Tab');
    await go(page, 'New experiment');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('first look');
    expect(await field(page, 'training.steps').inputValue()).toBe('60');
  });

  test('it trains: progress, points, states, numbers', async () => {
    // A window's workers cannot be held: how long they run is theirs to say.
    const release = lab.served?.lab.holdWorkers();
    await page.getByRole('button', { name: 'Start 4 runs' }).click();
    await page.getByText('first look').first().waitFor();
    if (release) {
      await expect
        .poll(() => page.getByRole('group', { name: 'Load of the machine' }).textContent())
        .toMatch(/2 of 2 running/);
      await page.getByText('2 runs waiting').waitFor();
      release();
    }
    const curve = runLine(page, names[0]!).locator('.spark path');
    await expect.poll(async () => ((await curve.getAttribute('d')) ?? '').length).toBeGreaterThan(60);
    for (const name of names) {
      await runLine(page, name).getByRole('img', { name: 'finished' }).waitFor();
      expect(await runLine(page, name).locator('.perplexity').textContent()).toMatch(/\d{2}/);
      expect(await runLine(page, name).locator('.steps').textContent()).toBe('60 steps');
    }
    await page
      .getByText(/^perplexity \d/)
      .first()
      .waitFor();
    expect(lab.heard.complaints).toEqual([]);
  });

  test('selected and C: the runs side by side', async () => {
    for (const name of names) await runLine(page, name).getByRole('checkbox').check();
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Compare', exact: true }).waitFor();
    for (const title of ['Training loss', 'Validation loss', 'Unique experts', 'In numbers']) {
      await page.getByText(title, { exact: true }).first().waitFor();
    }
    await expect.poll(() => page.getByRole('application').count()).toBeGreaterThan(5);
  });

  /** Those over tokens, which belong together. */
  const charts = () => page.getByRole('application', { name: / over tokens,/ });
  const chart = (name: RegExp) => page.getByRole('application', { name });
  /** Labels along x of every chart. */
  const ticks = () =>
    charts().evaluateAll((all) =>
      all.map((one) => {
        const labels = [...one.querySelectorAll('text')];
        const lowest = Math.max(...labels.map((label) => Number(label.getAttribute('y'))));
        const row = labels.filter((label) => Number(label.getAttribute('y')) === lowest - 16);
        return row.map((label) => Number(label.textContent!.replace(/[^\d.]/g, '')));
      }),
    );

  test('one crosshair over all charts', async () => {
    // The page may still be laying itself out.
    // A chart out of view draws nothing.
    await page.setViewportSize({ width: 1440, height: 4000 });
    const pointed = async () => {
      const box = (await chart(/^Training loss/).boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      return charts().locator('.cross').count();
    };
    await expect
      .poll(async () => {
        const [crosses, all] = [await pointed(), await charts().count()];
        return all > 5 && crosses === all;
      })
      .toBe(true);
    const places = await charts()
      .locator('.cross')
      .evaluateAll((lines) =>
        lines.map((line) => {
          const chart = line.closest('[role=application]')!.getBoundingClientRect();
          return (line.getBoundingClientRect().left - chart.left) / chart.width;
        }),
      );
    // The same step in charts of different widths, whose margins differ.
    for (const place of places) expect(Math.abs(place - places[0]!)).toBeLessThan(0.1);
    await page.mouse.move(5, 5);
    await expect.poll(() => charts().locator('.cross').count()).toBe(0);
  });

  test('one brush zooms all charts, and two presses show all again', async () => {
    const before = await ticks();
    expect(before.length).toBeGreaterThan(5);
    const box = (await chart(/^Training loss/).boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 100, { steps: 4 });
    await page.mouse.move(box.x + box.width * 0.7, box.y + 100, { steps: 4 });
    await page.mouse.up();
    await expect
      .poll(async () => (await ticks()).filter((row, index) => row.join() !== before[index]!.join()).length)
      .toBe(before.length);
    await chart(/^Training loss/).dblclick();
    await expect.poll(ticks).toEqual(before);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a menu goes with what scrolls away under it, not with a scroll from before it was there', async () => {
    const frames = 'new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))';
    const scrolled = (then: string) => page.evaluate(`document.querySelector('main').scrollTop += 40; ${then}`);
    const menu = page.getByRole('menu', { name: 'Training loss: table and export' });
    await scrolled(`document.querySelector('[aria-label="Training loss: table and export"]').click()`);
    // It is told of the scroll at the next frame.
    await page.evaluate(frames);
    expect(await menu.count()).toBe(1);
    await scrolled('');
    await menu.waitFor({ state: 'detached' });
  });

  test('behind a chart stands its table', async () => {
    await page.getByRole('button', { name: 'Training loss: table and export' }).click();
    await page.getByRole('menuitem', { name: 'Show as a table' }).click();
    const dialog = page.getByRole('dialog', { name: 'Training loss' });
    await expect
      .poll(() => dialog.getByRole('columnheader').allTextContents())
      .toEqual(expect.arrayContaining(['series', 'tokens']));
    await expect.poll(() => dialog.getByRole('row').count()).toBeGreaterThan(60);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  // A window asks its system where to put a file, which no test can answer.
  test('a chart as SVG, PNG and CSV, and the comparison as a page', async ({ skip }) => {
    if (!lab.served) return skip();
    const { origin } = new URL(page.url());
    const saved = async (item: string) => {
      await page.getByRole('button', { name: 'Validation loss: table and export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: item }).click(),
      ]);
      return { name: download.suggestedFilename(), data: readFileSync(await download.path()) };
    };
    const svg = await saved('Save as SVG');
    expect(svg.name).toBe('validation-loss.svg');
    expect(svg.data.toString()).toMatch(/^<\?xml [\s\S]*<svg [\s\S]*<\/svg>\s*$/);
    expect(svg.data.toString()).toContain('SimBal');
    const png = await saved('Save as PNG');
    expect(png.data.subarray(1, 4).toString()).toBe('PNG');
    expect(png.data.readUInt32BE(16)).toBe(3 * 640);
    const csv = await saved('Save as CSV');
    const rows = csv.data.toString().trim().split(/\r?\n/);
    expect(rows[0]).toMatch(/^series,tokens,/);
    expect(rows.filter((row) => /^"?SimBal/.test(row)).length).toBeGreaterThanOrEqual(4);
    // A name with a comma is in quotes.
    for (const row of rows.slice(1)) expect(row).toMatch(/^("[^"]*"|[^",]*),\d+,[1-9]\d*\.\d+/);
    await go(page, 'Runs');
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a page' }).click(),
    ]);
    expect(report.suggestedFilename()).toBe('comparison.html');
    const html = readFileSync(await report.path(), 'utf8');
    expect(html).toMatch(/^<!doctype html>/i);
    for (const words of ['SimBal', '<svg']) expect(html).toContain(words);
    expect(lab.heard.requests.filter((url) => !url.startsWith(origin) && !/^(blob|data):/.test(url))).toEqual([]);
    expect(lab.heard.complaints).toEqual([]);
  });

  /** As a drop of files on the page. */
  const drop = (files: { name: string; text: string }[]) =>
    page.evaluate((dropped) => {
      const transfer = new DataTransfer();
      for (const { name, text } of dropped) transfer.items.add(new File([text], name));
      for (const type of ['dragenter', 'dragover', 'drop'])
        window.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, files);

  test('a dropped configuration fills the form in, dropped text offers a corpus, anything else is told what to be', async () => {
    const configuration = {
      name: 'from a file',
      preset: 'micro',
      model: { width: 48, experts: 0 },
      objective: [{ kind: 'simbal', coefficient: 0.25 }],
      seeds: { init: 7, data: 7 },
    };
    await drop([{ name: 'my-run.json', text: JSON.stringify(configuration) }]);
    await page.getByRole('heading', { name: 'New experiment' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('from a file');
    expect(await page.getByLabel('Preset').inputValue()).toBe('micro');
    expect(await field(page, 'model.width').inputValue()).toBe('48');
    expect(await page.getByLabel('Objective 1', { exact: true }).inputValue()).toBe('simbal:0.25');
    expect(await page.getByLabel('Seeds').inputValue()).toBe('7');
    expect(await field(page, 'model.experts').getAttribute('aria-invalid')).toBe('true');
    await drop([{ name: 'picture.png', text: 'PNG\0\0' }]);
    await page.getByText(/“picture.png” is neither text, a configuration nor a checkpoint/).waitFor();
    await drop([{ name: 'a.txt', text: 'some words' }]);
    await page.getByRole('dialog', { name: 'Add a corpus' }).waitFor();
    await page.keyboard.press('Escape');
  });
});
