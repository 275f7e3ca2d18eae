// What all pages together can make this machine do at once, however often they ask; and that work which nobody waits for ends.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, connect } from '../../shared/rpc.ts';
import { inProcess } from '../../shared/transports.ts';
import { type LaunchWorker, nodeWorkers } from '../compute/index.ts';
import { fakeWorker, temporaryHome } from '../lab/pretended-lab.testing.ts';
import { type LabApi, openLabApi } from './index.ts';

let remove: () => void;
let home: string;
let labApi: LabApi;
let clients: Client[];
let processes: { now: number; most: number; all: number };

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  processes = { now: 0, most: 0, all: 0 };
  const counted =
    (launch: LaunchWorker): LaunchWorker =>
    () => {
      const worker = launch();
      processes.now += 1;
      processes.all += 1;
      processes.most = Math.max(processes.most, processes.now);
      worker.onExit(() => {
        processes.now -= 1;
      });
      return worker;
    };
  const launch = counted(nodeWorkers(fakeWorker, ['good', '0']));
  labApi = openLabApi({ home, door: 'browser', launch, launchReader: launch, limits: { silence: 30_000, grace: 100 } });
  clients = [1, 2, 3].map(() => {
    const [near, far] = inProcess();
    labApi.serve(far);
    return connect(near);
  });
});

afterEach(async () => {
  await labApi.close();
  remove();
});

/** Each asked for by every page, again and again. */
const works: [string, number, (client: Client, time: number) => Promise<unknown>][] = [
  ['engines are probed', 1, ({ api }) => api.engines.probe({ measure: false })],
  [
    'corpora are prepared',
    2,
    ({ api }, time) =>
      api.corpora.add({ name: `text ${time}`, sources: [{ path: `/text ${time}` }], tokenizer: 'bytes' }),
  ],
  [
    'models are imported',
    2,
    ({ api }, time) => api.inspections.importModel({ paths: [`/model ${time}`], name: 'a', corpus: 'text' }),
  ],
  [
    'files are looked into',
    8,
    async ({ api }, time) =>
      api.inspections.next({ inspection: await api.inspections.open({ paths: [`/file ${time}`] }) }),
  ],
  ['tensors are looked into', 8, ({ api }, time) => api.inspections.tensor({ paths: [`/file ${time}`], name: 'a' })],
  ['curves are looked at', 4, ({ api }) => api.imports.look({ path: home })],
];

test.each(works)('%s: at most %i processes, and none when the pages are gone', async (_, most, ask) => {
  await clients[0]!.api.corpora.add({ name: 'text', sources: [{ path: '/text' }], tokenizer: 'bytes' });
  processes.most = 0;
  processes.all = 0;
  const asked = clients.flatMap((client) =>
    Array.from({ length: 10 }, (_, time) => ask(client, time).catch((thrown) => thrown)),
  );
  await expect.poll(() => processes.all).toBeGreaterThanOrEqual(most);
  expect(await clients[0]!.api.about.get({})).toMatchObject({ home });
  for (const client of clients) client.close();
  await Promise.all(asked);
  await expect.poll(() => processes.now, { timeout: 50_000 }).toBe(0);
  expect(processes.most).toBeLessThanOrEqual(most);
});
