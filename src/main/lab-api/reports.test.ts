// The calls about reports: where files go, and who says so.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { reportFormats, reportRequestSchema } from '../../shared/report.ts';
import { temporaryHome } from '../lab/pretended-lab.testing.ts';
import { exampleHome } from '../lab/report/example-home.testing.ts';
import type { Store } from '../store/index.ts';
import { Line } from './in-turn.ts';
import { noDialogs } from './no-dialogs.ts';
import { reportHandlers } from './reports.ts';

let place: ReturnType<typeof temporaryHome>;
let store: Store;
let runs: string[];
let chosen: string[];
const { signal } = new AbortController();

beforeEach(() => {
  place = temporaryHome();
  ({ store, runs } = exampleHome(join(place.home, 'lab'), { seeds: [0] }));
});
afterEach(() => {
  store.close();
  place.remove();
});

const inWindow = () =>
  reportHandlers({ store, dialogs: { ...noDialogs, open: () => chosen }, printer: async () => null, line: new Line() });
const inBrowser = () => reportHandlers({ store, dialogs: noDialogs, printer: async () => null, line: new Line() });
const asked = (choose: boolean) => ({
  request: reportRequestSchema.parse({ runs, title: '../../etc: mine' }),
  formats: ['html' as const],
  checkpoints: 'none' as const,
  choose,
});

test('in a browser files go into the home, under a safe name', async () => {
  const written = (await inBrowser().write(asked(false), signal))!;
  expect(written.folder.startsWith(join(store.paths.reports, 'etc-mine-'))).toBe(true);
  expect(existsSync(join(written.folder, 'report.html'))).toBe(true);
});

test('in a window a person chooses the folder, or changes their mind', async () => {
  chosen = [join(place.home, 'elsewhere')];
  const written = (await inWindow().write(asked(true), signal))!;
  expect(written.folder.startsWith(join(place.home, 'elsewhere', 'etc-mine-'))).toBe(true);
  chosen = [];
  expect(await inWindow().write(asked(true), signal)).toBeNull();
});

test('a browser cannot have a folder chosen', async () => {
  await expect(inBrowser().write(asked(true), signal)).rejects.toMatchObject({ code: 'request' });
});

test('the preview is the page that would be written', async () => {
  const { request } = asked(false);
  const page = await inBrowser().preview({ request }, signal);
  expect(page).toContain('<h1>../../etc: mine</h1>');
  const { id } = await inBrowser().keep({ request }, signal);
  expect(await inBrowser().list({}, signal)).toMatchObject([{ id, request }]);
  await inBrowser().remove({ report: id }, signal);
  expect(await inBrowser().list({}, signal)).toEqual([]);
});

test('a report that is given up, or whose page is gone, leaves nothing behind and nothing that prints', async () => {
  const formats = [...reportFormats];
  const printers = { open: 0, most: 0, opened: 0 };
  const printing = Promise.withResolvers<void>();
  const printer = async () => {
    printers.open += 1;
    printers.opened += 1;
    printers.most = Math.max(printers.most, printers.open);
    const ended = Promise.withResolvers<never>();
    return {
      print() {
        printing.resolve();
        return ended.promise;
      },
      async close() {
        printers.open -= 1;
        ended.reject(new LabError('request', 'The page could not be printed.'));
      },
    };
  };
  const { write } = reportHandlers({ store, dialogs: noDialogs, printer, line: new Line() });
  const controllers = Array.from({ length: 5 }, () => new AbortController());
  const writing = controllers.map(({ signal }) => write({ ...asked(false), formats }, signal) as Promise<unknown>);
  const outcomes = Promise.allSettled(writing);
  await printing.promise;
  for (const controller of controllers) controller.abort(new Error('enough'));
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
  expect(printers).toEqual({ open: 0, most: 1, opened: 1 });
  expect(existsSync(store.paths.reports) ? readdirSync(store.paths.reports) : []).toEqual([]);
});

test.each(reportFormats.filter((format) => format !== 'html' && format !== 'pdf'))(
  'while it makes %s, a report hears that it is given up',
  async (format) => {
    const controller = new AbortController();
    const writing = inBrowser().write({ ...asked(false), formats: [format] }, controller.signal) as Promise<unknown>;
    // What it computes before the first wait is done by now.
    controller.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
    expect(existsSync(store.paths.reports) ? readdirSync(store.paths.reports) : []).toEqual([]);
  },
);
