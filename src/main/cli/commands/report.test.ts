// simbal report: files of every format, the same words and notes as in the window, and refusals that write nothing.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryHome } from '../../lab/pretended-lab.testing.ts';
import { exampleHome } from '../../lab/report/example-home.testing.ts';
import { pretendedIo } from '../pretended-io.testing.ts';
import { shellWords } from '../shell-words.testing.ts';

let place: ReturnType<typeof temporaryHome>;
let home: string;
let out: string;
let runs: string[];

beforeEach(() => {
  place = temporaryHome();
  home = join(place.home, 'lab');
  out = join(place.home, 'out');
  const made = exampleHome(home);
  runs = made.runs;
  made.store.close();
});
afterEach(() => place.remove());

const report = (...args: string[]) => pretendedIo(home).run('report', ...runs, '--out', out, ...args);

test('files, and where they are', async () => {
  const { code, out: told } = await report('--format', 'html,csv,bundle', '--checkpoints', 'none', '--title', 'Mine');
  expect(code).toBe(0);
  expect(told).toMatch(/html\s+report\.html/);
  expect(readdirSync(out).sort()).toEqual(['bundle.zip', 'csv', 'report.html']);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<h1>Mine</h1>');
});

test('a list of nothing is refused', async () => {
  for (const list of ['--format', '--sections']) expect(await report(list, ' , ')).toMatchObject({ code: 2 });
  expect(existsSync(out)).toBe(false);
});

test('words and checkpoints that would be nowhere are refused', async () => {
  const note = await report('--format', 'markdown', '--sections', 'loss', '--section-note', 'speed=Mine');
  expect(note).toMatchObject({ code: 2, err: expect.stringContaining('the section speed') });
  const checkpoints = await report('--format', 'markdown', '--checkpoints', 'all');
  expect(checkpoints).toMatchObject({ code: 2, err: expect.stringContaining('Only a bundle') });
  expect(existsSync(out)).toBe(false);
});

test('sections by name or as a choice, with titles and notes', async () => {
  const args = ['--format', 'markdown', '--section-note', 'loss=Look here', '--note', 'All of it'];
  const titled = [...args, '--section-title', 'loss=How it fell'];
  expect((await report(...titled, '--sections', 'loss,answer')).code).toBe(0);
  const text = () => readFileSync(join(out, 'report.md'), 'utf8');
  expect(text().match(/^## .*/gm)).toEqual(['## How it fell', '## The answer']);
  expect(text()).toMatch('## How it fell\n\n> Look here');
  expect((await report(...args, '--sections', 'brief')).code).toBe(0);
  expect(text().match(/^## .*/gm)).toHaveLength(5);
});

test('as JSON', async () => {
  const { out: told } = await report('--format', 'json', '--json');
  expect(JSON.parse(told)).toMatchObject({ folder: out, files: [{ format: 'json', path: 'report.json' }], left: [] });
});

test('what is not known is refused, and nothing is written', async () => {
  expect((await report('--format', 'docx')).code).not.toBe(0);
  expect((await report('--sections', 'nothing')).code).not.toBe(0);
  expect((await pretendedIo(home).run('report', 'nobody', '--out', out)).err).toMatch(
    'There is no run called "nobody"',
  );
  expect((await pretendedIo(join(place.home, 'none')).run('report', 'x', '--out', out)).err).toMatch('There is no lab');
  expect(existsSync(out)).toBe(false);
  rmSync(out, { force: true, recursive: true });
});

test('the command that a report tells is one that is understood', async () => {
  await report('--format', 'json');
  const { report: document } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  const again = document.sections.find(({ key }: { key: string }) => key === 'again').blocks[0].lines as string[];
  const [program, ...words] = shellWords(again.at(-1)!);
  expect(program).toBe('simbal');
  const elsewhere = join(place.home, 'again');
  const { code } = await pretendedIo(home).run(...words.with(-1, elsewhere), '--format', 'html');
  expect(code).toBe(0);
  expect(existsSync(join(elsewhere, 'report.html'))).toBe(true);
});
