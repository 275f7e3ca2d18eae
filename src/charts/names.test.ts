// Any name, written into markup and into CSV and read back by rules of its own: it is the text that was meant, and nothing else.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../test/fuzzing.ts';
import { nastyName } from '../../test/nasty-names.ts';
import { printable } from '../shared/printable.ts';
import { csv } from './csv.ts';
import { element } from './markup.ts';

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The character data of XML 1.0 (production 14 and 2.2) as text; throws where it is none. */
function characterData(text: string): string {
  if (/[<>"']/.test(text)) throw new Error('markup');
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) throw new Error('no character of XML');
  return text.replace(/&([^;&]*);?/g, (found, name: string) => {
    if (!Object.hasOwn(entities, name) || !found.endsWith(';')) throw new Error(`a reference to ${found}`);
    return entities[name]!;
  });
}

test('in elements and attributes of HTML and SVG', () => {
  fc.assert(
    fc.property(nastyName, nastyName, (name, other) => {
      const [, attribute, text] = /^<text class="([^"]*)">([^<]*)<\/text>$/.exec(
        element('text', { class: name }, other).text,
      )!;
      expect(characterData(attribute!)).toBe(printable(name));
      expect(characterData(text!)).toBe(printable(other));
    }),
    fuzzing(1000),
  );
});

/** RFC 4180, with nothing forgiven. */
function cells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    const found = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(text.slice(at));
    if (!found) throw new Error(`no CSV at ${at}`);
    row.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] !== ',') {
      rows.push(row);
      row = [];
    }
    at += found[0].length;
  }
  return rows;
}

test('in cells of CSV, where no spreadsheet takes them for a formula', () => {
  fc.assert(
    fc.property(fc.array(nastyName, { minLength: 1, maxLength: 4 }), fc.double(), (names, number) => {
      const [head, row] = cells(csv(names, [[...names.slice(1), number]])) as [string[], string[]];
      expect(head).toHaveLength(names.length);
      for (const [index, cell] of head.entries()) {
        const formula = /^\s*[=+\-@＝＋－＠]/.test(printable(names[index]!));
        expect(cell).toBe(`${formula ? "'" : ''}${printable(names[index]!)}`);
        expect(cell).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/);
      }
      expect(Number(row.at(-1))).toBe(number || number + 0);
    }),
    fuzzing(1000),
  );
});
