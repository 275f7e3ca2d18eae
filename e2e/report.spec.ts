// A person puts a report together: chooses sections and their order, sees it as it will be, keeps it, and writes its files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './axe.ts';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { addCorpus, go, runLine, startExperiment } from './steps.ts';

throughEachDoor('a report', (open) => {
  let lab: OpenedLab;
  let page: Page;
  let preview: FrameLocator;

  /** Asked from outside: nothing runs in the frame. */
  const styleOf = (selector: string, property: string) =>
    page.evaluate(`(() => {
      const { contentDocument, contentWindow } = document.querySelector('iframe');
      const found = contentDocument.querySelector('${selector}');
      return found && contentWindow.getComputedStyle(found).${property};
    })()`);

  beforeAll(async () => {
    lab = await open('pretended');
    page = lab.page;
    preview = page.frameLocator('iframe[title="Preview of the report"]');
    await addCorpus(page, 'text');
    await startExperiment(page, { name: 'For a report', objectives: ['SimBal', 'LBL'], seeds: '0' });
    for (const name of ['SimBal, seed 0', 'LBL, seed 0']) {
      await runLine(page, name).getByText('finished').first().waitFor({ state: 'attached' });
    }
  });
  afterAll(() => lab?.close());

  test('of the selected runs is shown as it will be, dressed and without scripts', async () => {
    for (const line of await page.locator('[data-run]').getByRole('checkbox').all()) await line.check();
    await page.getByRole('toolbar', { name: 'Selected runs' }).getByRole('button', { name: 'Report' }).click();
    await preview.getByRole('heading', { level: 1 }).waitFor();
    await expect
      .poll(() => preview.getByRole('heading', { level: 1 }).textContent())
      .toMatch('which trains this mixture');
    // Of its own sheet: a page without it would be set in the browser's own serifs, and its curves be filled.
    await expect.poll(() => styleOf('body', 'fontFamily')).toMatch(/^Inter/);
    expect(await styleOf('svg .curve', 'fill')).toBe('none');
    expect(await styleOf('svg .curve', 'stroke')).toMatch(/^(rgb|color)/);
    expect(await faults(page, 'a report')).toEqual([]);
    expect(lab.heard.complaints).toEqual([]);
  });

  test('has the sections that are chosen, in their order, with titles and notes', async () => {
    const heads = () => preview.getByRole('heading', { level: 2 }).allTextContents();
    await page.getByLabel('A choice of sections').selectOption('Two pages');
    await expect.poll(heads).toEqual(['The answer', 'The runs in numbers', 'Loss', 'What happened', 'To run it again']);
    await page.getByRole('button', { name: 'Loss: up', exact: true }).click();
    await page.getByLabel('What happened', { exact: true }).uncheck();
    await expect.poll(heads).toEqual(['The answer', 'Loss', 'The runs in numbers', 'To run it again']);
    await page.getByRole('button', { name: 'Words for Loss' }).click();
    await page.getByRole('textbox', { name: 'Heading of Loss' }).fill('How <i>it</i> fell');
    await expect.poll(heads).toEqual(['The answer', 'How <i>it</i> fell', 'The runs in numbers', 'To run it again']);
    await page.getByRole('textbox', { name: 'Note on Loss' }).fill('<b>look</b> here');
    await page.getByLabel('Title').fill('Mine & yours');
    await expect.poll(() => preview.locator('.note').allTextContents()).toEqual(['<b>look</b> here']);
    await expect.poll(() => preview.getByRole('heading', { level: 1 }).textContent()).toBe('Mine & yours');
  });

  test('is kept, and there again after a reload', async () => {
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('button', { name: 'Keep changes' }).waitFor();
    await page.reload();
    await page.getByLabel('Kept reports').selectOption({ index: 1 });
    await expect.poll(() => page.getByLabel('Title').inputValue()).toBe('Mine & yours');
    await expect.poll(() => preview.getByRole('heading', { level: 2 }).allTextContents()).toHaveLength(4);
  });

  test('is written as files on the lab’s machine', async ({ skip }) => {
    // A window asks for a folder in the system's own dialog.
    skip(lab.served === null);
    const wanted = ['Web page', 'CSV of every table and figure', 'Bundle for another lab (zip)'];
    await page.getByLabel('PDF', { exact: true }).uncheck();
    for (const format of wanted) await page.getByLabel(format, { exact: true }).check();
    // Those of pretended workers are not there.
    await page.getByLabel('Checkpoints in the bundle').selectOption('none');
    await page.getByRole('button', { name: 'Write the report' }).click();
    const folder = (await page.getByRole('status').locator('code').textContent())!;
    expect(folder).toMatch(/mine-yours-\d{8}-\d{6}$/);
    expect(existsSync(join(folder, 'bundle.zip'))).toBe(true);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Mine &amp; yours');
    await go(page, 'Runs');
    expect(lab.heard.complaints).toEqual([]);
  });
});
