// Columns of text for a terminal.

export interface TextColumn {
  label: string;
  values: readonly string[];
  /** Text to the left, numbers to the right. */
  align?: 'left' | 'right';
}

export function textTable(columns: readonly TextColumn[]): string {
  const widths = columns.map(({ label, values }) => Math.max(...[label, ...values].map((text) => [...text].length)));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => pad(text, widths[index]!, columns[index]!.align ?? 'right'))
      .join('  ')
      .trimEnd();
  const rows = (columns[0]?.values ?? []).map((_, row) => line(columns.map(({ values }) => values[row] ?? '')));
  return `${[line(columns.map(({ label }) => label)), ...rows].join('\n')}\n`;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - [...text].length));
  return align === 'left' ? text + space : space + text;
}
