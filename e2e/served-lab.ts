// A lab in a temporary home, served as `simbal serve` does, with the page built from its sources and workers that pretend.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import config from '../electron.vite.config.ts';
import { nodeWorkers } from '../src/main/compute/index.ts';
import { fakeWorker } from '../src/main/lab/pretended-lab.testing.ts';
import { type LabApi, openLabApi } from '../src/main/lab-api/index.ts';
import { pageFiles } from '../src/main/page/page-files.ts';
import { type PageServer, startServer } from '../src/main/serve/server.ts';
import { type Client, connect } from '../src/shared/rpc.ts';
import { inProcess } from '../src/shared/transports.ts';

export interface ServedLab {
  labApi: LabApi;
  /** The same calls as the page's. */
  client: Client;
  server: PageServer;
  close(): Promise<void>;
}

/** Milliseconds of a step of training. */
export async function serveLab({ stepTime = 0 }: { stepTime?: number } = {}): Promise<ServedLab> {
  const folder = mkdtempSync(join(tmpdir(), 'simbal-served-'));
  const page = await buildPage(join(folder, 'page'));
  const launch = nodeWorkers(fakeWorker, ['good', String(stepTime)]);
  const labApi = openLabApi({
    home: join(folder, 'home'),
    door: 'browser',
    launch,
    limits: { silence: 10_000, grace: 2000 },
  });
  const [near, far] = inProcess();
  labApi.serve(far);
  const client = connect(near);
  const server = await startServer({ files: pageFiles(page), port: 0, serve: labApi.serve });
  return {
    labApi,
    client,
    server,
    async close() {
      client.close();
      await server.close();
      await labApi.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function buildPage(outDir: string): Promise<string> {
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
