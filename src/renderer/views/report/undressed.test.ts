import { expect, test } from 'vitest';
import { undressed } from './undressed.ts';

test('a sheet and styles are taken out, text stays', () => {
  const html =
    '<head><style>@font-face { font-family: F; src: url(data:x) }\na { b: c }</style></head><p style="c:d">style=&quot;e&quot; &lt;style&gt;</p>';
  expect(undressed(html)).toEqual({
    html: '<head></head><p data-style="c:d">style=&quot;e&quot; &lt;style&gt;</p>',
    sheet: 'a { b: c }',
  });
});
