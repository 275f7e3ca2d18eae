// Names in what this lab writes, read by a browser as HTML and as XML: each is the text that was meant, no name makes an element, an
// attribute or a request.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { element } from '../src/charts/index.ts';
import { exampleHome } from '../src/main/lab/report/example-home.testing.ts';
import { writeReport } from '../src/main/lab/report/write.ts';
import { printable } from '../src/shared/printable.ts';
import { reportRequestSchema, reportSectionKeys } from '../src/shared/report.ts';
import { byHand } from '../test/fuzzing.ts';
import { nastyName } from '../test/nasty-names.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { patience } from './patience.ts';

interface Read {
  /** Names of the elements, each once. */
  elements: string[];
  /** Attributes that act or lead elsewhere. */
  acting: string[];
  /** Text and `class` of each element `t`. */
  texts: [text: string, attribute: string][];
}

/** In the browser. */
function read({ text, type }: { text: string; type: DOMParserSupportedType }): Read {
  const parsed = new DOMParser().parseFromString(text, type);
  const all = [...parsed.querySelectorAll('*')];
  const acting = all.flatMap(({ attributes }) =>
    [...attributes].filter(
      ({ name, value }) =>
        /^on|^(src|action|formaction|xlink:href|srcdoc)$/i.test(name) || (name === 'href' && !/^#[\w-]+$/.test(value)),
    ),
  );
  return {
    elements: [...new Set(all.map(({ localName }) => localName))],
    acting: acting.map(({ name, value }) => `${name}=${value}`),
    texts: [...parsed.querySelectorAll('t')].map((one) => [one.textContent ?? '', one.getAttribute('class') ?? '']),
  };
}

describe.skipIf(chromiumPath === null)('names that are written', () => {
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];
  const readAs = (text: string, type: DOMParserSupportedType) => page.evaluate(read, { text, type });
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(patience);
    page.on('request', (request) => asked.push(request.url()));
    page.on('dialog', (dialog) => void asked.push(dialog.message()));
  });
  afterAll(() => browser?.close());

  test.each(['text/html', 'image/svg+xml'] as const)('in elements and attributes, as %s', async (type) => {
    for (let round = 0; round < (byHand ? 200 : 4); round++) {
      const names = fc.sample(nastyName, 500);
      const written = names.map((name) => element('t', { class: name }, name).text).join('');
      const { elements, texts } = await readAs(
        type === 'text/html' ? written : `<svg xmlns="http://www.w3.org/2000/svg">${written}</svg>`,
        type,
      );
      expect(elements.sort()).toEqual(type === 'text/html' ? ['body', 'head', 'html', 't'] : ['svg', 't']);
      expect(texts).toEqual(names.map((name) => [printable(name), printable(name)]));
    }
  });

  test('in a whole report and its figures', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simbal-written-'));
    try {
      for (const [index, name] of fc.sample(nastyName, byHand ? 30 : 3).entries()) {
        const out = join(folder, String(index), 'out');
        const { store, runs } = exampleHome(join(folder, String(index), 'home'), { name, seeds: [0], steps: 8 });
        const notes = Object.fromEntries(reportSectionKeys.map((key) => [key, name]));
        const request = reportRequestSchema.parse({ runs, title: name, note: name, notes });
        await writeReport(store, request, {
          folder: out,
          formats: ['html', 'markdown'],
          checkpoints: 'none',
          made: new Date('2026-11-22T20:00:00Z'),
          command: (rest) => `simbal ${rest}`,
          printer: async () => null,
        });
        store.close();
        const html = readFileSync(join(out, 'report.html'), 'utf8');
        const found = await readAs(html, 'text/html');
        expect(found.acting).toEqual([]);
        for (const refused of ['script', 'img', 'iframe', 'object', 'embed', 'link', 'base', 'form', 'parsererror'])
          expect(found.elements, name).not.toContain(refused);
        for (const file of readdirSync(join(out, 'figures'))) {
          const svg = readFileSync(join(out, 'figures', file), 'utf8');
          const drawn = await readAs(svg, 'image/svg+xml');
          expect(drawn.acting).toEqual([]);
          const known = [
            'svg',
            'style',
            'rect',
            'title',
            'desc',
            'g',
            'path',
            'line',
            'circle',
            'text',
            'tspan',
            'clippath',
            'clipPath',
            'defs',
            'use',
            'polygon',
            'polyline',
          ];
          expect(
            drawn.elements.filter((one) => !known.includes(one)),
            file,
          ).toEqual([]);
        }
        // Opened as it is, too: nothing runs and nothing is asked for.
        await page.setContent(html);
      }
      expect(asked).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
