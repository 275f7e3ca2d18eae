// Names that want to be more than text, in every format of a report: run, corpus, experiment, titles and notes.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseManifest } from '../../../shared/bundle.ts';
import { type ReportFormat, reportFormats, reportRequestSchema, reportSectionKeys } from '../../../shared/report.ts';
import { exampleHome } from './example-home.testing.ts';
import { latexText } from './latex-text.ts';
import { markdownText } from './markdown.ts';
import { writeReport } from './write.ts';
import { readZip } from './zip.testing.ts';

const hostile: Record<string, string> = {
  script: '<script>fetch("//example.test")</script>',
  attribute: '"><img src=x onerror=alert(1)>\'',
  direction: 'abc\u202Egnp.exe',
  long: 'n'.repeat(10_000),
  formula: '=HYPERLINK("http://example.test";"x")',
  command: "+cmd|' /C calc'!A0",
  latex: '\\input{/etc/passwd}\\write18{id}%$^_~&#{',
  markdown: '](javascript:alert(1)) [x](http://example.test) ![y](http://example.test/z) `code` | cell',
  html: '<a href="javascript:alert(1)">x</a>&lt;b&gt;',
  device: 'CON',
  up: '../../../../etc/passwd',
  lines: 'one\n# two\r\n\\end{document}\u2028three\u0000',
  surrogate: 'half \uD800 of one',
};

let folder: string;
const out = new Map<string, string>();
const text = (name: string, path: string) => readFileSync(join(out.get(name)!, path), 'utf8');
const all = Object.keys(hostile);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-hostile-'));
  const formats: ReportFormat[] = reportFormats.filter((format) => format !== 'pdf');
  for (const [name, value] of Object.entries(hostile)) {
    const { store, runs } = exampleHome(join(folder, name, 'home'), { name: value, seeds: [0], steps: 8 });
    const words = Object.fromEntries(reportSectionKeys.map((key) => [key, value]));
    out.set(name, join(folder, name, 'out'));
    await writeReport(
      store,
      reportRequestSchema.parse({ runs, title: value, note: value, notes: words, titles: words }),
      {
        folder: out.get(name)!,
        formats,
        checkpoints: 'none',
        made: new Date('2026-11-22T20:00:00Z'),
        command: (rest) => `simbal ${rest}`,
        printer: async () => null,
      },
    );
    store.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Attributes of every tag, as a browser would find them. */
function tags(html: string): { name: string; attributes: string }[] {
  return [...html.matchAll(/<([a-z][\w-]*)((?:\s+[\w:-]+="[^"]*")*)\s*\/?>/gi)].map(([, name, attributes]) => ({
    name: name!.toLowerCase(),
    attributes: attributes!,
  }));
}

const hidden = (shown: string) => ['\u202E', '\u2028', '\0'].some((character) => shown.includes(character));

test.each(all)('HTML: %s', (name) => {
  const html = text(name, 'report.html')
    .replace('<!doctype html>', '')
    .replace(/<style>.*?<\/style>/s, '');
  const found = tags(html);
  expect(found.map((tag) => tag.name)).not.toContain('script');
  expect(found.filter((tag) => ['img', 'iframe', 'object', 'link', 'base', 'form'].includes(tag.name))).toEqual([]);
  // Whatever is left of a tag beside those that are whole would be one that a name began.
  expect(html.replaceAll(/<\/?[a-z!][\w-]*(?:\s+[\w:-]+="[^"]*")*\s*\/?>/gi, '')).not.toMatch(/[<>]/);
  for (const { attributes } of found) {
    expect(attributes).not.toMatch(/\son\w+=/i);
    for (const [, address] of attributes.matchAll(/\s(?:href|src)="([^"]*)"/g)) expect(address).toMatch(/^#[\w-]+$/);
  }
  expect(hidden(html)).toBe(false);
});

test.each(all)('SVG: %s', (name) => {
  for (const file of readdirSync(join(out.get(name)!, 'figures'))) {
    const svg = text(name, join('figures', file)).replace(/<style>.*?<\/style>/s, '');
    expect(svg.length).toBeLessThan(200_000);
    const inside = svg.replaceAll(/<\/?[a-zA-Z][\w-]*(?:\s+[\w:-]+="[^"]*")*\s*\/?>/g, '');
    expect(inside).not.toMatch(/[<>]/);
    expect(tags(svg).some((tag) => /script|image|foreignobject|\ba\b/.test(tag.name))).toBe(false);
    expect(file).toMatch(/^[a-z0-9-]+\.svg$/);
  }
});

test.each(all)('Markdown: %s', (name) => {
  const markdown = text(name, 'report.md');
  const prose = markdown.replaceAll(/^```+\n[\s\S]*?\n```+$/gm, '').replaceAll(/``?[^`\n]*``?/g, '');
  // Links are those of the figures alone.
  for (const [, address] of prose.matchAll(/(?<!\\)\]\(([^)]*)\)/g))
    expect(address).toMatch(/^figures\/[a-z0-9-]+\.svg$/);
  expect(prose.replaceAll('<!-- -->', '')).not.toMatch(/(?<!\\)</);
  expect(hidden(prose)).toBe(false);
  expect(markdown.match(/^# /gm)).toHaveLength(1);
  expect(markdown.match(/^## /gm)).toHaveLength(reportSectionKeys.length);
});

test.each(all)('LaTeX: %s', (name) => {
  const latex = text(name, 'article.tex');
  const [, body] = latex.split('\\begin{document}');
  expect(latex.match(/\\(begin|end)\{document\}/g)).toEqual(['\\begin{document}', '\\end{document}']);
  expect(body).not.toMatch(/\\(input|include|write|openin|read|catcode|def)\b/);
  expect(body).not.toMatch(/(?<!\\)%/);
  expect(hidden(body!)).toBe(false);
  const commands = new Set([...body!.matchAll(/\\([a-zA-Z]+)/g)].map(([, word]) => word));
  expect([...commands].filter((word) => !known.has(word!) && !mathematics.test(word!))).toEqual([]);
});

const known = new Set(
  'title date author maketitle tableofcontents section subsection begin end item textbf small ttfamily raggedright raggedleft arraybackslash par reportfigure caption centering linewidth setlength tabcolsep scriptsize toprule midrule bottomrule endhead bigskip noindent textbackslash textasciicircum textasciitilde textless textgreater textbar textquotedbl textquotesingle textasciigrave textendash textemdash textquoteleft textquoteright textquotedblleft textquotedblright ldots unseen letter'.split(
    ' ',
  ),
);
/** Of the measures' own formulas and the signs. */
const mathematics =
  /^(frac|sum|sqrt|max|min|bar|text|quad|mathrm|overline|big|Big|bigl|bigr|lVert|rVert|top|cdot|times|pm|le|ge|ln|log|exp|cos|langle|rangle|left|right|mid|in|neq|approx|infty|Delta|Sigma|alpha|ell|lambda|sigma|tau|surd|lambda|dots|cap|mathbb|mathbf|operatorname|tfrac|binom|hat|tilde|to|sim|theta|mathcal|lvert|rvert|substack|qquad)$/;

test.each(all)('CSV: %s', (name) => {
  for (const file of readdirSync(join(out.get(name)!, 'csv'))) {
    expect(file).toMatch(/^[a-z0-9-]+\.csv$/);
    const csv = text(name, join('csv', file));
    expect(csv).not.toMatch(/(^|,|\r\n)"?[=+@]/);
    expect(csv).not.toMatch(/(^|,|\r\n)"?-[^\d]/);
    const columns = csv.split('\r\n')[0]!;
    expect(columns.length).toBeLessThan(2000);
    expect(hidden(csv)).toBe(false);
  }
});

test.each(all)('JSON, Parquet and bundle: %s', async (name) => {
  const { report, runs } = JSON.parse(text(name, 'report.json')) as {
    report: { note: string };
    runs: { name: string }[];
  };
  expect(report.note.isWellFormed() ? report.note : hostile[name]).toBe(hostile[name]);
  expect(runs).toHaveLength(2);
  const bytes = readFileSync(join(out.get(name)!, 'parquet', 'evaluations.parquet'));
  const rows = await parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  });
  expect(rows.map((row) => row.name)).toContain(hostile[name]!.toWellFormed());
  const entries = await readZip(join(out.get(name)!, 'bundle.zip'));
  expect(() => parseManifest(JSON.parse(entries.at(-1)!.data.toString('utf8')))).not.toThrow();
});

describe('single texts', () => {
  test('LaTeX', () => {
    expect(latexText('\\input{x}')).toBe('\\textbackslash{}input\\{x\\}');
    expect(latexText("a--b ``c'' <<")).toBe(
      'a{-}{-}b \\textasciigrave{}\\textasciigrave{}c\\textquotesingle{}\\textquotesingle{} \\textless{}\\textless{}',
    );
    expect(latexText('日\u202E')).toBe('\\letter{65E5}\\unseen{202e}');
  });

  test('Markdown', () => {
    expect(markdownText('](javascript:alert(1))')).toBe('\\](javascript:alert(1))');
    expect(['1. one', '1) one', '- x', '# x', '> x', '---', ':--', '==='].map(markdownText)).toEqual([
      ...['1\\. one', '1\\) one', '\\- x', '\\# x', '\\> x', '\\---', '\\:--', '\\==='],
    ]);
    expect(markdownText('<b>&amp; & _x_')).toBe('&lt;b>&amp;amp; & \\_x\\_');
    expect(markdownText('_http://example.test a@example.test')).toBe(
      '\\_htt<!-- -->p://example.test a<!-- -->@example.test',
    );
    // What is no markup stays as it is.
    const ordinary = 'SimBal (λ = 0.1), lr_scale 3e-4: 8.317 + 0.2, C#, a & b, -5 to 1.5!';
    expect(markdownText(ordinary)).toBe(ordinary);
    expect(markdownText('see http://example.test')).not.toContain('http:');
  });
});
