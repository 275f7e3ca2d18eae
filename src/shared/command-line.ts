// Text as part of a command line that a person pastes.

/** As one word. */
export const quoted = (text: string): string =>
  /^[\w./~:,=\\-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
