// Every screen and dialog in both themes under axe, and the page without a mouse.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './axe.ts';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { addCorpus, chooseAction, go, runLine, startExperiment, toast } from './steps.ts';

const name = 'none, seed 0';

throughEachDoor('accessibility', (open) => {
  let lab: OpenedLab;
  let page: Page;

  beforeAll(async () => {
    lab = await open();
    page = lab.page;
    await addCorpus(page, 'sources');
    await startExperiment(page, {
      name: 'seen and heard',
      objectives: ['none', 'SimBal'],
      seeds: '0, 1',
      fields: { 'training.steps': '20' },
    });
  });
  afterAll(() => lab?.close());

  test('every screen, wide and narrow', async () => {
    await expect.poll(() => page.getByRole('img', { name: 'finished' }).count()).toBe(4);
    const found: string[] = [];
    for (const width of [1440, 700]) {
      await page.setViewportSize({ width, height: 900 });
      for (const screen of ['Runs', 'New experiment', 'Compare', 'Engines', 'Settings']) {
        await go(page, screen);
        found.push(...(await faults(page, `${screen} at ${width}`, width > 1000 ? undefined : ['light'])));
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(page, 'Runs');
    for (const box of await page.locator('[data-run]').getByRole('checkbox').all()) await box.check();
    found.push(...(await faults(page, 'selected runs')));
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'In numbers' }).waitFor();
    found.push(...(await faults(page, 'a comparison')));
    expect(found).toEqual([]);
    // One comes back to it, and nothing but what is inside the frame scrolls.
    await go(page, 'Runs');
    await go(page, 'Compare');
    await page.getByRole('heading', { name: 'In numbers' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
  });

  test('every dialog', async () => {
    const found: string[] = [];
    const seen = async (title: string, begin: () => Promise<void>) => {
      await begin();
      await page.getByRole('dialog', { name: title }).waitFor();
      found.push(...(await faults(page, title)));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: title }).waitFor({ state: 'detached' });
    };
    await seen('Training loss', async () => {
      await page.getByRole('button', { name: 'Training loss: table and export' }).click();
      await page.getByRole('menuitem', { name: 'Show as a table' }).click();
    });
    await seen('Runs to compare', () => page.getByRole('button', { name: 'Choose runs' }).click());
    await go(page, 'Runs');
    await seen(name, () => runLine(page, name).getByRole('button', { name, exact: true }).click());
    await seen('Rename the run', () => chooseAction(page, name, 'Rename'));
    await seen('Train on', () => chooseAction(page, name, 'Train on…'));
    await seen('seen and heard', async () => {
      await page.getByRole('button', { name: 'More of this experiment' }).click();
      await page.getByRole('menuitem', { name: 'Note and tags' }).click();
    });
    await seen('Commands', () => page.keyboard.press('Control+k'));
    await seen('Keyboard shortcuts', () => page.keyboard.press('?'));
    await go(page, 'New experiment');
    await seen('Add a corpus', () => page.getByRole('button', { name: 'Add a corpus' }).click());
    await go(page, 'Runs');
    await runLine(page, name).getByRole('button', { name: 'Actions of this run' }).click();
    found.push(...(await faults(page, 'a menu')));
    await page.keyboard.press('Escape');
    expect(found).toEqual([]);
  });

  test('runs in one list, in the order that was asked for, also after a reload', async () => {
    await go(page, 'Runs');
    const order = page.getByLabel('Order of runs');
    const names = () => page.locator('[data-run] .name button').allTextContents();
    await order.selectOption('By name');
    await expect.poll(names).toEqual(['none, seed 0', 'none, seed 1', 'SimBal, seed 0', 'SimBal, seed 1']);
    await page.getByRole('button', { name: 'The other way round' }).click();
    await expect.poll(async () => (await names())[0]).toBe('SimBal, seed 1');
    expect(await faults(page, 'runs in one list')).toEqual([]);
    await page.reload();
    await runLine(page, name).waitFor();
    expect((await names()).at(-1)).toBe('none, seed 0');
    await page.getByText('perplexity', { exact: true }).click();
    await expect.poll(() => order.inputValue()).toBe('perplexity');
    const perplexities = async () =>
      (await page.locator('[data-run] .perplexity').allTextContents()).map((text) => Number(text.trim()));
    const [first, ...others] = await perplexities();
    expect(first).toBe(Math.min(first!, ...others));
    await order.selectOption('By experiment');
    await page.getByRole('heading', { name: 'seen and heard' }).waitFor();
  });

  /** What has the focus, and whether one sees it. */
  const focus = () =>
    page.evaluate(() => {
      const element = document.activeElement!;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const label = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
      return { label, outlined: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0 };
    });

  test('Tab reaches what can be used, and one sees where one is', async () => {
    await page.reload();
    await runLine(page, name).waitFor();
    const reached: string[] = [];
    const line = `${name}, none, finished`;
    while (reached.length < 40 && !reached.at(-1)?.startsWith(line)) {
      await page.keyboard.press('Tab');
      const { label, outlined } = await focus();
      expect(outlined, label).toBe(true);
      reached.push(label);
    }
    expect(reached[0]).toBe('Skip to content');
    expect(reached).toEqual(expect.arrayContaining(['Runs', 'New experiment', 'Compare', 'Engines', 'Settings']));
    expect(reached.at(-1)).toMatch(new RegExp(`^${line}`));
  });

  test('runs are walked, selected, opened and left by keys alone', async () => {
    await runLine(page, name).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(async () => (await focus()).label).toMatch(/^none, seed 1/);
    await page.keyboard.press(' ');
    await page.getByText('1 run selected').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'none, seed 1' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await focus()).label).toMatch(/^none, seed 1/);
    await page.keyboard.press('F2');
    await page.keyboard.type('by keys alone');
    await page.keyboard.press('Enter');
    await runLine(page, 'by keys alone').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await focus()).label).toMatch(/^by keys alone/);
    await page.keyboard.press('Delete');
    await runLine(page, 'by keys alone').waitFor({ state: 'detached' });
    await toast(page, /^Removed/).waitFor();
    await page.keyboard.press('Control+z');
    await runLine(page, 'by keys alone').waitFor();
  });

  test('keys that follow each other at once are all heard', async () => {
    const dialog = (title: string) => page.getByRole('dialog', { name: title });
    await page.keyboard.press('?');
    await dialog('Keyboard shortcuts').waitFor();
    for (const [keys, title] of [
      ['Control+k', 'Commands'],
      ['?', 'Keyboard shortcuts'],
    ] as const) {
      await Promise.all([page.keyboard.press('Escape'), page.keyboard.press(keys)]);
      // What would close it again comes before the next frame.
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
      await dialog(title).waitFor();
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('the palette finds commands and gives the focus back', async () => {
    await runLine(page, name).focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await focus()).label).toMatch(new RegExp(`^${name}`));
    await page.keyboard.press('Control+k');
    await page.keyboard.type('no such command');
    await page.getByText('No command, experiment or run is called that.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await focus()).label).toMatch(new RegExp(`^${name}`));
    await page.keyboard.press('Control+k');
    await page.keyboard.type(`run: ${name}`);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('engines');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Engines' }).waitFor();
  });

  test('a single letter does nothing where text is written', async () => {
    await go(page, 'Runs');
    await page.getByLabel('Find runs').fill('');
    await page.getByLabel('Find runs').press('n');
    expect(await page.getByLabel('Find runs').inputValue()).toBe('n');
    expect(await page.getByRole('heading', { name: 'New experiment' }).count()).toBe(0);
    await page.getByLabel('Find runs').fill('');
    await runLine(page, name).focus();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'New experiment' }).waitFor();
  });

  test('a chart is read by keys', async () => {
    await go(page, 'Runs');
    await runLine(page, name).getByRole('checkbox').check();
    await page.keyboard.press('c');
    const chart = page.getByRole('application', { name: /^Training loss/ });
    await chart.focus();
    const heard = async () => {
      await page.keyboard.press('ArrowRight');
      return (await page.locator('[aria-live=polite]').allTextContents()).join('\n');
    };
    await expect.poll(heard).toMatch(/\d, none.* \d\.\d/);
    expect(lab.heard.complaints).toEqual([]);
  });
});
