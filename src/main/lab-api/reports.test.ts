// The calls about reports: where files go, and who says so.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reportRequestSchema } from '../../shared/report.ts';
import { temporaryHome } from '../lab/pretended-lab.testing.ts';
import { exampleHome } from '../lab/report/example-home.testing.ts';
import type { Store } from '../store/index.ts';
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
  reportHandlers({ store, dialogs: { ...noDialogs, open: () => chosen }, printer: async () => null });
const inBrowser = () => reportHandlers({ store, dialogs: noDialogs, printer: async () => null });
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
