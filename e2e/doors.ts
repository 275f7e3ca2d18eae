// The two doors that a journey may come in by: the served page in a browser, and Electron's window.
import type { BrowserContext, Page } from 'playwright-core';
import { describe } from 'vitest';
import { chromiumPath, launchBrowser } from './browser.ts';
import { launchWindow, windowMissing } from './electron.ts';
import { type Heard, listenTo } from './heard.ts';
import { patience } from './patience.ts';
import { type ServedLab, type ServedLabOptions, serveLab } from './served-lab.ts';

export interface OpenedLab {
  page: Page;
  heard: Heard;
  /** Null of a window, which has its lab to itself. */
  served: { lab: ServedLab; context: BrowserContext } | null;
  close(): Promise<void>;
}

/** A window's workers are always real. */
export type OpenLab = (workers?: ServedLabOptions['workers']) => Promise<OpenedLab>;

export async function openServed(workers: ServedLabOptions['workers'] = 'real'): Promise<OpenedLab> {
  const [lab, browser] = await Promise.all([serveLab({ workers }), launchBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const heard = listenTo(page);
  await page.goto(lab.server.address);
  await page.waitForURL((url) => !url.search);
  await page.getByRole('navigation').first().waitFor();
  return {
    page,
    heard,
    served: { lab, context },
    async close() {
      await browser.close();
      await lab.close();
    },
  };
}

async function openWindow(): Promise<OpenedLab> {
  const { application, close } = await launchWindow();
  const page = await application.firstWindow();
  page.setDefaultTimeout(patience);
  const heard = listenTo(page);
  await page.getByRole('navigation').first().waitFor();
  return { page, heard, served: null, close };
}

const doors: { name: string; missing: string | null; open: OpenLab }[] = [
  { name: 'the served page', missing: chromiumPath === null ? 'no Chromium' : null, open: openServed },
  { name: "Electron's window", missing: windowMissing, open: openWindow },
];

/** The same journey once for each door; a door that this machine lacks says so. */
export function throughEachDoor(journey: string, tell: (open: OpenLab) => void): void {
  for (const { name, missing, open } of doors) {
    const skipped = missing === null ? '' : ` (skipped, ${missing})`;
    describe.skipIf(missing !== null)(`${journey}, ${name}${skipped}`, () => tell(open));
  }
}
