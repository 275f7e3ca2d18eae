// What several journeys do on the page, as a person would: by labels and buttons.
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** A text that every checkout has. */
export const text = join(import.meta.dirname, '..', 'src', 'shared');

/** A model of some thousand parameters, that trains a hundred steps in about a second. */
export const tiny: Readonly<Record<string, string>> = {
  'model.width': '16',
  'model.layers': '2',
  'model.heads': '2',
  'model.context': '32',
  'model.experts': '4',
  'model.active': '2',
  'model.expertWidth': '16',
  'training.batch': '2',
  'training.warmupSteps': '1',
  'training.steps': '60',
  'training.checkpointEvery': '20',
  'evaluation.every': '20',
  'evaluation.tokens': '64',
  'evaluation.similarityTokens': '32',
};

/** The screen is there when this is done. */
export async function go(page: Page, screen: string): Promise<void> {
  const link = page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen, exact: true });
  await link.click();
  await link.and(page.locator('[aria-current=page]')).waitFor();
}

export const field = (page: Page, path: string): Locator => page.locator(`[id="field-${path}"]`);

export async function addCorpus(page: Page, name: string, path = text): Promise<void> {
  await go(page, 'New experiment');
  await page.getByRole('button', { name: 'Add a corpus' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a corpus' });
  await dialog.getByLabel('Files or folders').fill(path);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Prepare' }).click();
  await dialog.waitFor({ state: 'detached' });
}

export interface Wanted {
  name: string;
  objectives: readonly string[];
  seeds: string;
  fields?: Readonly<Record<string, string>>;
}

/** Fills in the form of a new experiment and leaves it there. */
export async function fillExperiment(page: Page, { name, objectives, seeds, fields = {} }: Wanted): Promise<void> {
  await go(page, 'New experiment');
  await page.getByLabel('Name', { exact: true }).fill(name);
  const offers = page.getByRole('group', { name: 'Objectives' });
  for (const offer of await offers.getByRole('checkbox').all()) {
    const label = (await offer.locator('..').textContent())!.trim();
    await offer.setChecked(objectives.includes(label));
  }
  await page.getByLabel('Seeds').fill(seeds);
  for (const [path, value] of Object.entries({ ...tiny, ...fields })) await field(page, path).fill(value);
}

export async function startExperiment(page: Page, wanted: Wanted): Promise<void> {
  await fillExperiment(page, wanted);
  await page.getByRole('button', { name: /^Start \d+ runs?$/ }).click();
  await page.getByRole('treegrid').waitFor();
}

/** The line of a run in the list. */
export const runLine = (page: Page, name: string): Locator =>
  page.locator('[data-run]').filter({ has: page.getByRole('button', { name, exact: true }) });

/** Chooses an entry of a run's menu. */
export async function chooseAction(page: Page, name: string, action: string): Promise<void> {
  await runLine(page, name).getByRole('button', { name: 'Actions of this run' }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

export const toast = (page: Page, words: string | RegExp): Locator =>
  page.getByRole('region', { name: 'Messages' }).getByText(words);
