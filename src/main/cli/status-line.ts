// The line of a terminal that says how things go and is written again and again; elsewhere only whole lines are written.
import type { Io } from './io.ts';
import { eraseLine } from './terminal-text.ts';

/** Between the parts of a line. */
export const gap = '  ';

export class StatusLine {
  readonly #io: Io;
  /** A line without its end is on the terminal. */
  #open = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** As many parts as the terminal's line has room for, those that matter most first. */
  rewrite(...parts: string[]): void {
    const { terminal, columns } = this.#io;
    if (!terminal) return;
    while (parts.length > 1 && [...parts.join(gap)].length >= columns) parts.pop();
    this.#io.err(`${eraseLine}${[...parts.join(gap)].slice(0, columns - 1).join('')}`);
    this.#open = true;
  }

  /** A line that stays, in place of the one that is rewritten. */
  line(text: string): void {
    this.erase();
    this.#io.err(`${text}\n`);
  }

  erase(): void {
    if (this.#open) this.#io.err(eraseLine);
    this.#open = false;
  }

  /** Leaves the terminal on a new line. */
  end(): void {
    if (this.#open) this.#io.err('\n');
    this.#open = false;
  }
}
