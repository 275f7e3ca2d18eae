// The document and every format of it: what it says, that it says it again, and that no name becomes anything but text.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reportFormats, reportRequestSchema, reportSectionKeys } from '../../../shared/report.ts';
import type { Store } from '../../store/index.ts';
import { figuresOf, tablesOf } from './document.ts';
import { addCheckpoint, addDiverged, addPruning, exampleHome } from './example-home.testing.ts';
import { reportHtml } from './html.ts';
import { keptReports } from './kept.ts';
import { makeReport, writeReport } from './write.ts';

let folder: string;
let store: Store;
let runs: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-report-'));
  ({ store, runs } = exampleHome(join(folder, 'home')));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const made = new Date('2026-11-22T20:00:00Z');
const command = (rest: string) => `simbal ${rest}`;
const documentOf = (more: object = {}) =>
  makeReport(store, reportRequestSchema.parse({ runs, ...more }), { made, command }).report;

const write = (out: string, formats: readonly (typeof reportFormats)[number][], more: object = {}, at = made) =>
  writeReport(store, reportRequestSchema.parse({ runs, ...more }), {
    folder: join(folder, out),
    formats,
    checkpoints: 'last',
    made: at,
    command,
    printer: async () => null,
  });

const files = (out: string) =>
  readdirSync(join(folder, out), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, out).length + 1))
    .sort();

describe('the document', () => {
  test('has the sections that were asked for, in their order, with a person’s words', () => {
    const report = documentOf({ sections: ['loss', 'answer', 'loss'], title: 'Mine', notes: { loss: 'Look here.' } });
    expect(report.sections.map(({ key }) => key)).toEqual(['loss', 'answer']);
    expect(report).toMatchObject({ title: 'Mine', sections: [{ note: 'Look here.' }, {}] });
    expect(report.question).toMatch('which trains');
    const titles = { loss: 'How it fell', answer: ' ' };
    const own = documentOf({ sections: ['loss', 'answer'], titles }).sections.map(({ title }) => title);
    expect(own).toEqual(['How it fell', 'The answer']);
  });

  test('imported curves are drawn over tokens beside the losses, and are in no number of ours', () => {
    const [x, values] = [Float64Array.of(1, 2, 3), Float64Array.of(6, Number.NaN, 5)];
    const curve = {
      name: "theirs' \u202e",
      tag: 'loss',
      quantity: 'validation loss',
      axis: 'step',
      notes: ['One gap.'],
    };
    const origin = { format: 'table', source: '/home/somebody/theirs.csv', sha256: 'cd'.repeat(32) } as const;
    const add = (more: object) =>
      store.importedCurves.add({ ...curve, ...origin, x: 'step', tokensPerStep: 512, ...more }, { x, values }).curve.id;
    const report = documentOf({ curves: [add({})] });
    const { chart, caption } = figuresOf(report).find(({ id }) => id === 'loss')!;
    const series = chart.kind === 'lines' ? chart.series : [];
    const points = [
      [512, 6],
      [1536, 5],
    ];
    expect(series.at(-1)).toMatchObject({ label: "theirs' \\u{202e}", points, dash: '5 3' });
    expect(caption).toContain('recorded elsewhere (theirs');
    const [row] = tablesOf(report).find(({ id }) => id === 'elsewhere')!.rows;
    expect(row).toEqual(expect.arrayContaining(['theirs.csv', 'cd'.repeat(8), 'One gap.']));
    expect(tablesOf(report).filter(({ id }) => id !== 'elsewhere')).toEqual(tablesOf(documentOf()));
    expect(() => documentOf({ curves: [add({ tokensPerStep: null })] })).toThrow('nothing says how many');
    expect(() => documentOf({ curves: [add({ quantity: 'accuracy' })] })).toThrow('is of "accuracy"');
    expect(() => documentOf({ curves: ['nothing'] })).toThrow('There is no');
  });

  test('tables have N, mean and interval', () => {
    const table = tablesOf(documentOf()).find(({ id }) => id === 'groups')!;
    expect(table.columns.map(({ label }) => label).slice(0, 4)).toEqual(['objective', 'N', 'loss', 'perplexity']);
    const [label, count, loss] = table.rows[0]!;
    expect(label).toBe('LBL');
    expect(count).toMatchObject({ text: '3', value: 3 });
    expect(loss).toMatchObject({ count: 3, text: expect.stringMatching(/^\d\.\d+ ± 0\.0/) });
    const { value, low, high } = loss as { value: number; low: number; high: number };
    expect((low + high) / 2).toBeCloseTo(value, 12);
  });

  test('figures are means over seeds with their intervals, told apart without colour', () => {
    const unique = figuresOf(documentOf()).find(({ id }) => id === 'min-pes')!;
    const series = unique.chart.kind === 'lines' ? unique.chart.series : [];
    expect(series).toHaveLength(2);
    expect(series.every(({ band }) => band!.length > 2)).toBe(true);
    expect(new Set(series.map(({ dash }) => dash)).size).toBe(2);
    expect(new Set(series.map(({ marker }) => marker)).size).toBe(2);
  });

  test('ids are unique, and each section of another run count is whole', () => {
    for (const some of [runs.slice(0, 1), runs.slice(0, 2), runs]) {
      const report = makeReport(store, reportRequestSchema.parse({ runs: some }), { made, command }).report;
      expect(report.sections.map(({ key }) => key)).toEqual(reportSectionKeys);
      expect(report.sections.every(({ blocks }) => blocks.length > 0)).toBe(true);
      const ids = [...figuresOf(report), ...tablesOf(report)].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('pruning studies give Figure 4, Table 6 and the front', () => {
    for (const run of runs.slice(0, 2)) addPruning(store, run);
    const report = documentOf();
    const dropTop = figuresOf(report).find(({ id }) => id === 'drop-top')!;
    expect(dropTop.chart).toMatchObject({
      series: [
        {
          label: 'LBL',
          points: [
            [0, 2],
            [1, 2.05],
            [2, 2.1],
          ],
        },
      ],
    });
    const thresholds = tablesOf(report).find(({ id }) => id === 'thresholds')!;
    expect(thresholds.rows.map(([first]) => (first as { value: number }).value)).toEqual([0.1, 0.2]);
    const pareto = figuresOf(report).find(({ id }) => id === 'pareto')!;
    // Of masks there is no speed: the unpruned model and two thresholds of two runs.
    expect(pareto.chart).toMatchObject({ series: [{}, { scattered: true, points: { length: 6 } }] });
  });

  test('settings of an older study stand beside those of the newest on the same footing alone', () => {
    addPruning(store, runs[0]!, 30, [{ method: 'none' }, { method: 'fewer-active', active: 1, renormalise: false }]);
    addPruning(store, runs[0]!);
    addPruning(store, runs[0]!, 40, [{ method: 'none' }, { method: 'dynamic', share: 0.5, renormalise: false }]);
    const table = tablesOf(documentOf()).find(({ id }) => id === 'pruning-1')!;
    expect(table.rows.map(([setting]) => setting)).toEqual([
      'unpruned',
      'dynamic 0.5',
      'drop-top 1',
      'drop-top 2',
      'threshold 0.1',
      'threshold 0.2',
    ]);
  });

  test('studies of different checkpoints are said to be on different footing', () => {
    const caption = () => figuresOf(documentOf()).find(({ id }) => id === 'drop-top')!.caption;
    addPruning(store, runs[0]!);
    expect(caption()).toMatch(/Checkpoints of step 40, 4[^a-z]096 validation tokens\.$/);
    addPruning(store, runs[1]!, 30);
    expect(caption()).toMatch(
      /Checkpoints of the steps 40, 30, 4[^a-z]096 validation tokens: not all on the same footing\./,
    );
    expect(tablesOf(documentOf()).find(({ id }) => id === 'thresholds')!.note).toContain('not all on the same footing');
  });

  test('a run that diverged is told, and is a gap', () => {
    runs = [...runs, addDiverged(store, runs[0]!)];
    const report = documentOf();
    const events = tablesOf(report).find(({ id }) => id === 'events')!;
    const text = JSON.stringify(events.rows);
    expect(text).toMatch('It went on from step 4, whose steps after it were done again.');
    expect(text).toMatch('The loss is not finite.');
    expect(reportHtml(report)).not.toContain('NaN');
  });
});

test('made again from the same store, every file is the same but for its date', async () => {
  for (const run of runs) addCheckpoint(store, run, 40);
  addPruning(store, runs[0]!);
  const formats = reportFormats.filter((format) => format !== 'pdf');
  await write('one', formats);
  await write('two', formats);
  expect(files('two')).toEqual(files('one'));
  for (const file of files('one')) {
    expect(readFileSync(join(folder, 'two', file)).equals(readFileSync(join(folder, 'one', file))), file).toBe(true);
  }
  await write('later', ['html', 'json', 'markdown', 'latex'], {}, new Date('2031-01-02T03:04:00Z'));
  for (const file of ['report.html', 'report.json', 'report.md', 'article.tex']) {
    const [before, after] = ['one', 'later'].map((out) => readFileSync(join(folder, out, file), 'utf8'));
    expect(after, file).toContain('2031');
    const undated = (text: string) =>
      text.replace(/20(26|31)\\?\{?-\}?(11|01)\\?\{?-\}?(22|02) (20|03)\\?:(00|04)/g, 'DATE');
    expect(undated(after!), file).toBe(undated(before!));
  }
});

test('CSV and Parquet have every number that is shown', async () => {
  await write('data', ['csv', 'parquet']);
  const groups = readFileSync(join(folder, 'data', 'csv', 'table-groups.csv'), 'utf8').split('\r\n');
  expect(groups[0]).toMatch(/^objective,N,loss,loss \(low 95%\),loss \(high 95%\),perplexity,/);
  const bytes = readFileSync(join(folder, 'data', 'parquet', 'points.parquet'));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  const figures = figuresOf(documentOf());
  const shown = figures.flatMap(({ chart }) =>
    chart.kind === 'lines' ? chart.series.flatMap(({ points }) => points) : [],
  );
  expect(rows.filter(({ look }) => look !== 'map')).toHaveLength(shown.length);
  const loss = figures.find(({ id }) => id === 'loss')!;
  const last = loss.chart.kind === 'lines' ? loss.chart.series.find(({ marker }) => marker)!.points.at(-1)! : [];
  expect(rows.some(({ x, y }) => x === last[0] && y === last[1])).toBe(true);
});

test('without a browser the PDF is left out with a sentence, and the rest is there', async () => {
  const { files: there, left } = await write('out', ['html', 'pdf', 'latex']);
  expect(there.some(({ format }) => format === 'pdf')).toBe(false);
  expect(there.some(({ path }) => path === 'article.tex')).toBe(true);
  expect(left.join(' ')).toMatch('The PDF is missing');
});

test('a report that fails leaves the folder as it was', async () => {
  addCheckpoint(store, runs[0]!, 40);
  rmSync(join(store.paths.checkpoints, runs[0]!), { recursive: true });
  await expect(write('out', ['html', 'bundle'])).rejects.toMatchObject({ code: 'checkpoint' });
  expect(existsSync(join(folder, 'out'))).toBe(false);
});

test('requests are kept, changed, forgotten; damaged files are passed over', () => {
  const kept = keptReports(join(folder, 'reports'));
  expect(kept.list()).toEqual([]);
  const request = reportRequestSchema.parse({ runs, title: 'one' });
  const { id } = kept.keep(request);
  kept.keep({ ...request, title: 'two' }, id);
  expect(kept.list()).toMatchObject([{ id, request: { title: 'two' } }]);
  expect(() => kept.keep(request, 'x'.repeat(36))).toThrow('There is no such report');
  kept.remove(id);
  expect(kept.list()).toEqual([]);
});
