// Text that shows all that it holds: what would turn, hide or break it is written as an escape. It declines to be reversible: a text
// that holds such an escape already looks the same.

/**
 * Control, format and direction characters, halves of surrogate pairs, line separators, noncharacters (two of which no XML may
 * hold) and whatever else Unicode draws as nothing; but for the selectors that give a letter or an emoji its form.
 */
export const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{NChar}[\p{DI}--[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]]]/gv;

const escapeOf = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** On one line. */
export const printable = (text: string): string => text.replace(invisible, escapeOf);
