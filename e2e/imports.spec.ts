// Curves of another program beside the runs of the lab: looked at, chosen, drawn, and out again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from './axe.ts';
import { type OpenedLab, throughEachDoor } from './doors.ts';
import { addCorpus, startExperiment, toast } from './steps.ts';

const events = join(import.meta.dirname, '..', 'test', 'fixtures', 'imports', 'pytorch.tfevents');

throughEachDoor('curves of another program', (open) => {
  let lab: OpenedLab;
  let page: Page;
  let folder: string;
  const dialog = () => page.getByRole('dialog', { name: 'Import' });
  const look = async (path: string) => {
    await dialog().getByRole('textbox').first().fill(path);
    await dialog().getByRole('button', { name: 'Look' }).click();
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'simbal-imports-'));
    lab = await open();
    page = lab.page;
    await addCorpus(page, 'sources');
    await startExperiment(page, { name: 'ours', objectives: ['SimBal'], seeds: '0' });
    await page.getByRole('img', { name: 'finished' }).waitFor();
    await page.locator('[data-run]').getByRole('checkbox').first().check();
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'Import…' }).click();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await lab?.close();
  });

  test('what is no recording says why, and nothing is lost', async () => {
    const prose = join(folder, 'prose.csv');
    writeFileSync(prose, 'Once upon a time\n');
    await look(prose);
    await expect.poll(() => dialog().getByRole('alert').textContent()).toMatch(/no column of numbers/);
    expect(await dialog().getByRole('textbox').first().inputValue()).toBe(prose);
  });

  test('an event file is looked at first: its tags, and what they seem to be', async () => {
    await look(events);
    await dialog().getByText('One tag that is no scalar left out.').waitFor();
    expect(await dialog().getByRole('row').count()).toBe(3);
    expect(await dialog().getByLabel('What val/loss is').inputValue()).toBe('validation loss');
    expect(await faults(page, 'imports')).toEqual([]);
    await dialog().getByLabel('tokens a step').fill('none');
    await dialog().getByText('Tokens a step is a number above 0').waitFor();
    expect(await dialog().getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await dialog().getByLabel('tokens a step').fill('64');
    await dialog().getByRole('button', { name: 'Import', exact: true }).click();
    await toast(page, 'Imported 2 curves').waitFor();
    await dialog().getByRole('button', { name: 'Remove pytorch.tfevents val/loss' }).waitFor();
    await page.keyboard.press('Escape');
  });

  test('they are drawn beside ours, and can be hidden', async () => {
    const chart = page.getByRole('application', { name: /^Validation loss\b/ });
    await expect.poll(() => chart.getAttribute('aria-label')).toMatch(/2 curves/);
    const ours = page.getByRole('group', { name: 'Imported curves' });
    await ours.getByLabel('tokens to the final loss of').selectOption({ label: 'pytorch.tfevents val/loss' });
    await ours.getByRole('status').getByText('not reached').waitFor();
    await ours.getByRole('checkbox', { name: /val\/loss/ }).uncheck();
    await expect.poll(() => chart.getAttribute('aria-label')).toMatch(/1 curve\b/);
  });

  test('removed, they are gone', async () => {
    await page.getByRole('button', { name: 'Import…' }).click();
    for (const tag of ['train/loss', 'val/loss']) {
      await dialog()
        .getByRole('button', { name: `Remove pytorch.tfevents ${tag}` })
        .click();
      await toast(page, 'its file is where it was').first().waitFor();
    }
    await expect.poll(() => dialog().getByRole('listitem').count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('group', { name: 'Imported curves' }).count()).toBe(0);
    expect(lab.heard.complaints).toEqual([]);
  });
});
