// The end of a text that arrives in pieces, within bounds.

const mostLines = 20;
const mostCharacters = 4000;

export class LastLines {
  #text = '';

  push(piece: string): void {
    this.#text = (this.#text + piece).slice(-mostCharacters);
  }

  toString(): string {
    return this.#text.trimEnd().split('\n').slice(-mostLines).join('\n');
  }
}
