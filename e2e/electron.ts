// Electron's binary and a display to show its window on, where this machine has both.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { hasDisplay } from '../src/main/compute/index.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'node_modules', 'electron');
const named = join(folder, 'path.txt');
const binary = existsSync(named) ? join(folder, 'dist', readFileSync(named, 'utf8')) : null;
const program = binary !== null && existsSync(binary) ? binary : null;

/** Why no window can be opened here; null where one can. */
export const windowMissing: string | null =
  program === null
    ? 'no Electron binary'
    : hasDisplay(process.platform, process.env)
      ? null
      : 'no display for a window';

/** The built lab in a home of its own. */
export async function launchWindow(): Promise<{ application: ElectronApplication; close(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'simbal-electron-'));
  const application = await _electron.launch({
    executablePath: program!,
    args: [root, `--user-data-dir=${join(home, 'shell')}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: { ...process.env, SIMBAL_HOME: join(home, 'lab') } as Record<string, string>,
  });
  return {
    application,
    async close() {
      await application.close();
      // Its other processes end after it.
      rmSync(home, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
