// Printing, where this machine has a browser to print with; and what is said where it has none.
import { expect, test } from 'vitest';
import { findBrowser } from './browser.ts';
import { openPrinter } from './print.ts';

test('a browser is found where it is named, and nowhere else then', () => {
  expect(findBrowser({ SIMBAL_CHROMIUM: '/nowhere' })).toBeNull();
  expect(findBrowser({ SIMBAL_CHROMIUM: import.meta.filename })).toBe(import.meta.filename);
  expect(findBrowser({ PATH: '' }, 'win32')).toBeNull();
});

test('without one there is no printer; one that is none says so', async () => {
  expect(await openPrinter(null)).toBeNull();
  await expect(openPrinter(process.execPath)).rejects.toMatchObject({ code: 'request', value: process.execPath });
});

const page = (text: string) =>
  `<!doctype html><title>${text}</title><style>@page{size:84mm 60mm;margin:0}</style><h1>${text}</h1><script>document.title="no"</script>`;

test.skipIf(findBrowser() === null)(
  'pages of their own size, with their titles, one after the other',
  async () => {
    const printer = (await openPrinter())!;
    const printed = [await printer.print(page('first')), await printer.print(page('second'))];
    await printer.close();
    const texts = printed.map((bytes) => Buffer.from(bytes).toString('latin1'));
    expect(texts.map((text) => text.slice(0, 5))).toEqual(['%PDF-', '%PDF-']);
    for (const text of texts) {
      expect(text).toContain('/Type /Outlines');
      const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text)!;
      expect([Number(width), Number(height)].map(Math.round)).toEqual([238, 170]);
    }
    expect(texts[0]).toContain('(first)');
    expect(texts[1]).toContain('(second)');
    await expect(printer.print(page('late'))).rejects.toMatchObject({ code: 'request' });
  },
  60_000,
);
