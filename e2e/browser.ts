// The browser of the end-to-end tests: the Chromium that the machine has. Nothing is downloaded.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** CHROMIUM names one; null where there is none. */
export const chromiumPath: string | null = process.env.CHROMIUM ?? usualPlaces.find((path) => existsSync(path)) ?? null;

if (chromiumPath === null) {
  process.stderr.write('There is no Chromium here: tests of the page are skipped. Set CHROMIUM to the path of one.\n');
}

/** A browser that asks nobody for anything but what its pages ask for. @param more arguments beside the usual */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    timeout: 120_000,
    args: [
      // Its sandbox cannot be had as root, as in a container.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-dev-shm-usage',
      '--disable-domain-reliability',
      '--disable-sync',
      '--no-first-run',
      '--no-pings',
      ...more,
    ],
  });
}
