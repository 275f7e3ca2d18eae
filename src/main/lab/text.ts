// Names as text that is safe to show: people and files may call a run anything.

const longest = 120;
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** Short, on one line, control and direction characters as escapes. */
export function plain(text: string, limit = longest): string {
  const characters = [...text.slice(0, 2 * limit)];
  const short = characters.length > limit || text.length > 2 * limit ? `${characters.slice(0, limit).join('')}…` : text;
  return short.replace(invisible, escaped);
}

/** The same in quotation marks. */
export const shown = (text: string): string => `"${plain(text)}"`;

/** As part of a file name on any system; never empty, never a device's name. */
export function fileName(text: string): string {
  const safe = text.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-');
  const short = safe.replace(/^-+/, '').slice(0, 60).replace(/-+$/, '').toLowerCase();
  return /^(con|prn|aux|nul|com\d|lpt\d)?$/.test(short) ? `run-${short}`.replace(/-$/, '') : short;
}

/** As one word of a command line. */
export const quoted = (text: string) => (/^[\w./~:,=\\-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
