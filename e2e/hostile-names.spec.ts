// Names that try to be something else than names, given on the page itself: they stay text, nothing runs, nothing is asked for.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { addCorpus, field, fillExperiment, go, toast } from './steps.ts';

const names = [
  '<script>window.hurt = 1</script>',
  '"><img src=x onerror="window.hurt = 1">',
  'a\u202eb',
  'x'.repeat(10_000),
  '=HYPERLINK("http://evil.example")',
  'CON',
  '..',
  '__proto__',
  '\u001b[31m\u2028\u200b\u3164A',
];

throughEachDoor('hostile names', (open) => {
  let lab: OpenedLab;
  let page: Page;
  const unharmed = async () => {
    expect(await page.evaluate('window.hurt')).toBeUndefined();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(lab.heard.complaints).toEqual([]);
  };

  beforeAll(async () => {
    lab = await open('pretended');
    page = lab.page;
  });
  afterAll(() => lab?.close());

  test('of corpora', async () => {
    for (const name of names) await addCorpus(page, name);
    await expect.poll(() => page.getByLabel('Corpus').locator('option').count()).toBe(names.length);
    const shown = await page.getByLabel('Corpus').textContent();
    expect(shown).toContain('<script>');
    expect(shown).toContain('a\\u{202e}b');
    expect(shown).toContain('\\u{1b}[31m\\u{2028}\\u{200b}\\u{3164}A');
    await unharmed();
  });

  test('of experiments', async () => {
    for (const name of names) {
      await fillExperiment(page, { name, objectives: ['none'], seeds: '0', fields: { 'training.steps': '2' } });
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(name);
      await page.getByRole('button', { name: 'Make without starting' }).click();
      await page.getByRole('treegrid').waitFor();
    }
    const all = page.locator('[aria-level="1"] h2');
    await expect.poll(() => all.count()).toBe(names.length);
    const heads = await all.allTextContents();
    expect(heads.every((head) => head.length < 140)).toBe(true);
    expect(heads).toContain('<script>window.hurt = 1</script>');
    await unharmed();
  });

  test('of runs, with their notes and tags', async () => {
    for (const [index, name] of names.entries()) {
      await page.getByRole('button', { name: 'none, seed 0', exact: true }).first().click();
      await page.getByRole('dialog').getByLabel('Note').fill(name);
      await page.getByRole('dialog').getByLabel('Tags').fill(name);
      await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('dialog', { name: 'Rename the run' }).getByLabel('Name').fill(name);
      await page.keyboard.press('Enter');
      await expect
        .poll(() => page.getByRole('button', { name: 'none, seed 0', exact: true }).count())
        .toBe(names.length - 1 - index);
    }
    await unharmed();
  });

  test('are said back as text, compared, found and removed', async () => {
    for (const line of await page.locator('[data-run]').getByRole('checkbox').all()) await line.check();
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'In numbers' }).waitFor();
    await unharmed();
    await go(page, 'Runs');
    await page.getByLabel('Find runs').fill('=HYPERLINK');
    // The run that is called so is that of the experiment that is: names are given from the last experiment to the first.
    await expect.poll(() => page.locator('[data-run]').count()).toBe(1);
    await page.getByLabel('Find runs').fill('');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect.poll(() => page.locator('[data-run]').count()).toBe(0);
    await toast(page, /^Removed/).waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(() => page.locator('[data-run]').count()).toBe(names.length);
    await go(page, 'New experiment');
    await field(page, 'model.experts').fill('<script>window.hurt = 1</script>');
    expect(await page.locator('[id="field-model.experts-about"]').textContent()).toContain('<script>');
    await unharmed();
  });

  test('nothing overflows the page, wide or narrow', async () => {
    for (const width of [1440, 700]) {
      await page.setViewportSize({ width, height: 900 });
      for (const screen of ['Runs', 'New experiment', 'Compare']) {
        await go(page, screen);
        const { wider, higher } = await page.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement;
          return { wider: scrollWidth - innerWidth, higher: scrollHeight - innerHeight };
        });
        expect(wider, `${screen} at ${width}`).toBeLessThanOrEqual(0);
        expect(higher, `${screen} at ${width}`).toBeLessThanOrEqual(0);
      }
    }
  });

  test('nothing was asked for elsewhere', () => {
    const origin = new URL(page.url()).origin;
    const elsewhere = lab.heard.requests.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url));
    if (lab.served) expect(elsewhere).toEqual([]);
    else expect(elsewhere.filter((url) => !url.startsWith('lab:'))).toEqual([]);
  });
});
