// A lab in a temporary home, served as `simbal serve` does, with the page built from its sources; its workers pretend, or train.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LaunchWorker, nodeWorkers } from '../src/main/compute/index.ts';
import { fakeWorker } from '../src/main/lab/pretended-lab.testing.ts';
import { type LabApi, openLabApi } from '../src/main/lab-api/index.ts';
import { pageFiles } from '../src/main/page/page-files.ts';
import { newSecret } from '../src/main/serve/secret.ts';
import { type PageServer, startServer } from '../src/main/serve/server.ts';
import { type Client, connect } from '../src/shared/rpc.ts';
import { inProcess } from '../src/shared/transports.ts';
import { buildPage } from './build-page.ts';

export interface ServedLab {
  labApi: LabApi;
  /** The same calls as the page's. */
  client: Client;
  readonly server: PageServer;
  /** Process ids of the workers that were started, the newest last. */
  workers: number[];
  /** What is begun from now on waits for its first word, and stands as running, until the answer is called. */
  holdWorkers(): () => void;
  /** The server goes away; the lab trains on. */
  goAway(): Promise<void>;
  /** It is back on its port, and knows its pages again. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export interface ServedLabOptions {
  /** Real ones train; pretended ones invent their numbers. */
  workers?: 'pretended' | 'real';
  /** Milliseconds of a step of a pretended worker. */
  stepTime?: number;
}

export async function serveLab({ workers = 'pretended', stepTime = 0 }: ServedLabOptions = {}): Promise<ServedLab> {
  const folder = mkdtempSync(join(tmpdir(), 'simbal-served-'));
  const files = pageFiles(await buildPage(join(folder, 'page')));
  const started: number[] = [];
  let gate = Promise.resolve();
  const launch = workers === 'real' ? nodeWorkers() : nodeWorkers(fakeWorker, ['good', String(stepTime)]);
  const labApi = openLabApi({
    home: join(folder, 'home'),
    door: 'browser',
    launch: counted(launch, started, () => gate),
  });
  const [near, far] = inProcess();
  labApi.serve(far);
  const client = connect(near);
  const session = newSecret();
  const start = (port: number) => startServer({ files, port, session, serve: labApi.serve });
  let server = await start(0);
  return {
    labApi,
    client,
    workers: started,
    holdWorkers() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => {
        gate = Promise.resolve();
        resolve();
      };
    },
    get server() {
      return server;
    },
    goAway: () => server.close(),
    async comeBack() {
      server = await start(server.port);
    },
    async close() {
      client.close();
      await server.close();
      await labApi.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Notes whom it started; what they are told waits for the gate that stands then. */
function counted(launch: LaunchWorker, started: number[], gate: () => Promise<void>): LaunchWorker {
  return () => {
    const worker = launch();
    if (worker.pid !== undefined) started.push(worker.pid);
    const open = gate();
    return { ...worker, send: (command) => void open.then(() => worker.send(command)) };
  };
}
