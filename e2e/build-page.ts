// The page, built from its sources as it is shipped.
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import config from '../electron.vite.config.ts';

/** Into a folder, whose path is the answer. */
export async function buildPage(outDir: string): Promise<string> {
  const { renderer } = config as { renderer: InlineConfig };
  const root = join(import.meta.dirname, '..', 'src', 'renderer');
  await build({
    ...renderer,
    root,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { ...renderer.build, outDir, emptyOutDir: true },
  });
  return outDir;
}
