// A report without its styles, and these by themselves.

export interface Undressed {
  /** What was a style attribute is data-style. */
  html: string;
  sheet: string;
}

/** Of a page that the lab made: a quotation mark in it stands nowhere but in tags. */
export function undressed(html: string): Undressed {
  const sheets: string[] = [];
  const plain = html.replace(/<style>([^<]*)<\/style>/g, (_, sheet: string) => {
    sheets.push(sheet);
    return '';
  });
  // The policy takes fonts from the page's own place alone; without it the system's stands in.
  const sheet = sheets.join('\n').replaceAll(/@font-face \{[^}]*\}\s*/g, '');
  return { html: plain.replaceAll(' style="', ' data-style="'), sheet };
}
