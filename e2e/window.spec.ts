// The page in Electron's window, where Electron's binary and a display are: what no page in a browser can show.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';
import { hasDisplay } from '../src/main/compute/index.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'node_modules', 'electron');
const named = join(folder, 'path.txt');
const program = existsSync(named) ? join(folder, 'dist', readFileSync(named, 'utf8')) : null;
const possible = program !== null && existsSync(program) && hasDisplay(process.platform, process.env);

test.skipIf(!possible)('the page opens in a sandbox, with a channel to its lab and nothing else', async () => {
  const home = mkdtempSync(join(tmpdir(), 'simbal-electron-'));
  const application = await _electron.launch({
    executablePath: program!,
    args: [root, `--user-data-dir=${join(home, 'shell')}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: { ...process.env, SIMBAL_HOME: join(home, 'lab') } as Record<string, string>,
  });
  try {
    const page = await application.firstWindow();
    await page.getByRole('navigation').first().waitFor();
    expect(page.url()).toMatch(/^lab:\/\/page\//);
    expect(await page.evaluate('[typeof require, typeof process, Object.keys(window.lab)]')).toEqual([
      'undefined',
      'undefined',
      ['connect', 'pathOf'],
    ]);
    await expect(page.evaluate("fetch('https://arxiv.org/')")).rejects.toThrow();
  } finally {
    await application.close();
    rmSync(home, { recursive: true, force: true });
  }
});
