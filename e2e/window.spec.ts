// The page in Electron's window, where Electron's binary and a display are: what no page in a browser can show.
import { expect, test } from 'vitest';
import { launchWindow, windowMissing } from './electron.ts';
import { patience } from './patience.ts';

test.skipIf(windowMissing !== null)(
  'the page opens in a sandbox, with a channel to its lab and nothing else',
  async () => {
    const { application, close } = await launchWindow();
    try {
      const page = await application.firstWindow();
      page.setDefaultTimeout(patience);
      await page.getByRole('navigation').first().waitFor();
      expect(page.url()).toMatch(/^lab:\/\/page\//);
      expect(await page.evaluate('[typeof require, typeof process, Object.keys(window.lab)]')).toEqual([
        'undefined',
        'undefined',
        ['connect', 'pathOf'],
      ]);
      await expect(page.evaluate("fetch('https://arxiv.org/')")).rejects.toThrow();
    } finally {
      await close();
    }
  },
);
