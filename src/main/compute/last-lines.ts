// The end of a text that arrives in pieces, within bounds.

/** A Node out of memory says so before its native stack, which may have 256 lines. */
const mostLines = 300;
const mostCharacters = 64_000;

export class LastLines {
  #text = '';

  push(piece: string): void {
    this.#text = (this.#text + piece).slice(-mostCharacters);
  }

  toString(): string {
    return this.#text.trimEnd().split('\n').slice(-mostLines).join('\n');
  }
}

/** The one line of a process's last output that says most, in a sentence of its own: the error's where there is one, never a frame of a stack. */
export function lastWordsText(lastWords: string): string {
  const lines = lastWords.split('\n').map((line) => line.trim());
  const line =
    lines.findLast((text) => /^(Uncaught )?\w*Error\b|^FATAL ERROR/.test(text)) ??
    lines.findLast((text) => text !== '');
  return line ? ` Its last words: "${line.slice(0, 300)}".` : '';
}
