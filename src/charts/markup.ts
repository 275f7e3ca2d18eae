// SVG and HTML as text, every piece of text escaped on its way in. It knows no chart.
import { printable } from '../shared/printable.ts';

/** Text that is markup already; anything else is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Child = Markup | string | number | null | false | Child[];

export type Attributes = Record<string, string | number | undefined>;

/** <name attribute="…">children</name>; coordinates are rounded to a hundredth. */
export function element(name: string, attributes: Attributes, ...children: Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escapeText(value!)}"`)
    .join('');
  const inside = join(children).text;
  return new Markup(
    inside === '' && selfClosing.has(name) ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`,
  );
}

const selfClosing = new Set(['path', 'rect', 'circle', 'line', 'use', 'meta', 'br', 'hr']);

export function join(children: readonly Child[]): Markup {
  return new Markup(children.map(childText).join(''));
}

function childText(child: Child): string {
  if (child === null || child === false) return '';
  if (child instanceof Markup) return child.text;
  return Array.isArray(child) ? join(child).text : escapeText(String(child));
}

/**
 * Text as text: nothing in it is markup, and what would turn, hide or break it is shown as an escape.
 */
export function escapeText(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const short = (value: number) => String(Math.round(value * 100) / 100);
