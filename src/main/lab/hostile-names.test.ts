// Names are text everywhere: in the page, in CSV, in file names, on the terminal.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileName } from '../../shared/file-name.ts';
import { comparisonText } from '../cli/comparison-text.ts';
import { runCsv } from './export.ts';
import { compare, type Lab } from './index.ts';
import { addText, newRun, openPretended, temporaryHome } from './pretended-lab.testing.ts';
import { reportPage } from './report-page.ts';
import { plain } from './text.ts';

const hostile = {
  script: '<script>fetch("//example.test")</script>',
  attribute: '"><img src=x onerror=alert(1)>',
  formula: '=HYPERLINK("http://example.test";"x")',
  command: "+cmd|' /C calc'!A0",
  direction: 'abc\u202Egnp.exe',
  terminal: '\u001b[2J\u0007name\r\nsecond line',
  long: 'n'.repeat(10_000),
  separator: 'a,b"c\u2028d',
};

let place: ReturnType<typeof temporaryHome>;
let lab: Lab;
let ids: string[];
beforeEach(async () => {
  place = temporaryHome();
  ({ lab } = openPretended(place.home));
  await addText(lab);
  ids = Object.values(hostile).map((name) => newRun(lab, 2, { name }).id);
  for (const id of ids) lab.start(id);
  for (const id of ids) await lab.ended(id);
});
afterEach(async () => {
  await lab.close();
  place.remove();
});

/** Direction marks and control characters other than line ends. */
const hasInvisible = (text: string) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text.replace(/\r?\n/g, ''));

describe('hostile names', () => {
  it('are text in the page', () => {
    const html = reportPage(compare(lab.store, ids), { made: 'now', again: [`simbal ${hostile.script}`] });
    // Its contents lead to its own sections. Quotes in attributes are escaped, so what lies between two of them is one value.
    const bare = html.replace(/<a href="#section-[a-z-]+">/g, '').replace(/"[^"]*"/g, '""');
    expect(/<[^>]*\s(href|src|on\w+)=/i.test(bare)).toBe(false);
    expect(hasInvisible(html)).toBe(false);
    expect(html).toContain('&lt;script&gt;fetch(&quot;//example.test&quot;)&lt;/script&gt;');
    expect(html).toContain('abc\\u{202e}gnp.exe');
    const tags = new Set([...bare.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag));
    for (const tag of ['script', 'img', 'iframe', 'object', 'embed', 'link', 'base', 'form', 'a'])
      expect(tags).not.toContain(tag);
  });

  it('are text in CSV, on one line, never a formula', () => {
    for (const [index, id] of ids.entries()) {
      const [head, ...rows] = [...runCsv(lab.store, id)];
      expect(head).toMatch(/^run,name,objective,/);
      expect(rows).toHaveLength(3);
      for (const row of rows) {
        expect(row.slice(0, -2)).not.toMatch(/[\r\n]/);
        expect(hasInvisible(row)).toBe(false);
        expect(row).not.toMatch(/(^|,)"?[=+@]/);
      }
      if (index === 2) expect(rows[0]).toContain(`,"'=HYPERLINK(""http://example.test"";""x"")",`);
    }
  });

  it('do not steer a terminal', () => {
    const text = comparisonText(compare(lab.store, ids));
    expect(hasInvisible(text)).toBe(false);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(2000);
  });

  it('make harmless file names', () => {
    expect(
      [...Object.values(hostile), 'CON', 'nul', '..', '../../etc/passwd', '', 'Démo 2'].map((name) => fileName(name)),
    ).toEqual([
      ...[
        'script-fetch-example-test-script',
        'img-src-x-onerror-alert-1',
        'hyperlink-http-example-test-x',
        'cmd-c-calc-a0',
      ],
      ...[
        'abc-gnp-exe',
        '2j-name-second-line',
        'n'.repeat(60),
        'a-b-c-d',
        'run-con',
        'run-nul',
        'run',
        'etc-passwd',
        'run',
      ],
      'de-mo-2',
    ]);
    expect(plain('\u{1F600}'.repeat(300), 10)).toBe(`${'\u{1F600}'.repeat(10)}…`);
  });
});
