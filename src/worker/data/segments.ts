// Cuts a text of any length into segments that a byte-pair encoder can take one by one, in bounded memory and time.
//
// A cut before a space that follows a character other than white space changes no token: the patterns that gpt2 and
// cl100k_base split text with never match across such a place. Only these cuts can change tokens, by a few at the cut:
// - a window of 65,536 UTF-16 units without such a space is cut at its end;
// - a run of one kind (letters, digits, white space, other signs) is cut every 256 characters, for the encoder takes
//   time that grows with the square of a run's length;
// - U+FEFF inside of a text stands alone, for the encoder would lose it when it is joined to what follows.
// Decoding the tokens gives the text back in every case, and where the text arrives in pieces makes no difference.

export const segmentWindow = 65_536;
const longRun = /\uFEFF|\p{L}{256}|\p{N}{256}|\s{256}|[^\s\p{L}\p{N}]{256}/gu;
const whiteSpace = /\s/;

export class Segmenter {
  readonly #window: number;
  #pending = '';

  constructor(window = segmentWindow) {
    this.#window = window;
  }

  /** The segments that are complete with this piece, which must not split a surrogate pair. */
  *push(text: string): Generator<string> {
    this.#pending += text;
    let from = 0;
    while (this.#pending.length - from > this.#window) {
      const to = lastSafeCut(this.#pending, from, from + this.#window);
      yield* shortRuns(this.#pending.slice(from, to));
      from = to;
    }
    this.#pending = this.#pending.slice(from);
  }

  /** The segments that remain at the end of the text. */
  *end(): Generator<string> {
    yield* shortRuns(this.#pending);
    this.#pending = '';
  }
}

function lastSafeCut(text: string, from: number, to: number): number {
  for (let space = text.lastIndexOf(' ', to); space > from; space = text.lastIndexOf(' ', space - 1)) {
    if (!whiteSpace.test(text[space - 1]!)) return space;
  }
  const unit = text.charCodeAt(to - 1);
  const splitsPair = unit >= 0xd800 && unit < 0xdc00;
  return splitsPair ? to - 1 : to;
}

function* shortRuns(text: string): Generator<string> {
  let from = 0;
  for (const { 0: run, index } of text.matchAll(longRun)) {
    const alone = run === '\uFEFF';
    const to = alone ? index : index + run.length;
    if (to > from) yield text.slice(from, to);
    if (alone) yield run;
    from = index + run.length;
  }
  if (from < text.length) yield text.slice(from);
}
