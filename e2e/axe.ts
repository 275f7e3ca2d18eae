// What axe finds serious or critical on a page: by all of its rules in the light theme, and in the dark one by those that are of
// colours, for nothing else differs there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const axe = readFileSync(join(import.meta.dirname, '..', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}

const options = {
  light: {},
  dark: { runOnly: ['color-contrast', 'link-in-text-block'] },
};

/** One line a fault, beginning with `where`. The page is left in the light theme. */
export async function faults(
  page: Page,
  where: string,
  themes: readonly ('light' | 'dark')[] = ['light', 'dark'],
): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of themes) {
    await inColours(page, colorScheme);
    if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
    const given = JSON.stringify({ ...options[colorScheme], resultTypes: ['violations'] });
    const violations = (await page.evaluate(
      `axe.run(document, ${given}).then(({ violations }) => violations)`,
    )) as Violation[];
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical')
        found.push(`${where}, ${colorScheme}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    }
  }
  await inColours(page, 'light');
  return found;
}

/** The page hears of it at its next frame, and draws after. */
async function inColours(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
}
