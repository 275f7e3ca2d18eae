import { expect, test } from 'vitest';
import { csv } from './csv.ts';

test('names are text, whatever they look like', () => {
  const text = csv(
    ['a', 'b'],
    [
      ['=HYPERLINK("x")', 1],
      ['two\nlines, "quoted"', -0.5],
      ['-1', Number.NaN],
      ['plain', null],
    ],
  );
  expect(text).toBe(`a,b\r\n"'=HYPERLINK(""x"")",1\r\n"two\\u{a}lines, ""quoted""",-0.5\r\n'-1,NaN\r\nplain,\r\n`);
});

test('numbers keep all their digits', () => {
  expect(csv(['x'], [[0.1 + 0.2], [1e-300]])).toBe('x\r\n0.30000000000000004\r\n1e-300\r\n');
});
