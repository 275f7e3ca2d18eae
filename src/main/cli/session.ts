// One invocation of the command line: its options, its output, the lab or store it works on.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { type Lab, type LabEvent, openLab } from '../lab/index.ts';
import { plain, quoted } from '../lab/text.ts';
import { readSettings } from '../lab-api/settings.ts';
import { openStore, openStoreReadOnly, type ReadOnlyStore } from '../store/index.ts';
import { commandName, defaultHome, type Io } from './io.ts';

export { quoted } from '../lab/text.ts';

export interface GlobalOptions {
  home?: string;
  json?: boolean;
}

export class Session {
  readonly io: Io;
  readonly home: string;
  readonly json: boolean;
  /** The command line that was typed, to type it again. */
  readonly sameCommand: string;
  readonly #namedHome: string | undefined;
  /** Set by a command whose end is not simply good. */
  exitCode = 0;

  constructor(io: Io, { home, json }: GlobalOptions, args: readonly string[]) {
    this.io = io;
    this.sameCommand = `${commandName(io.env)} ${args.map(quoted).join(' ')}`;
    this.#namedHome = home;
    this.home = resolve(io.folder, home ?? defaultHome(io.env, process.platform, homedir()));
    this.json = json ?? false;
  }

  /** A result: the words for a person, or the data as one JSON document. */
  result(data: unknown, words: () => string): void {
    this.io.out(this.json ? `${JSON.stringify(data, null, 2)}\n` : words());
  }

  /** A remark that is no result; nothing where JSON is asked for. */
  say(text: string): void {
    if (!this.json) this.io.err(`${text}\n`);
  }

  /** A command of this program as one would type it here. */
  command(rest: string): string {
    const home = this.#namedHome === undefined ? '' : ` --home ${quoted(this.#namedHome)}`;
    return `${commandName(this.io.env)} ${rest}${home}`;
  }

  /** Words with their commands of this program as one would type them here. */
  pasteable(text: string): string {
    const home = this.#namedHome === undefined ? '' : ` --home ${quoted(this.#namedHome)}`;
    return text.replace(
      /\bsimbal(?= (?:corpus|runs|resume|fork|train|demo|serve|engines)\b)/g,
      () => `${commandName(this.io.env)}${home}`,
    );
  }

  /** Works with the lab of the home folder and closes it, whatever happens. */
  async withLab(work: (lab: Lab) => Promise<void>, onEvent?: (event: LabEvent) => void): Promise<void> {
    const { launch } = this.io;
    const { retention } = readSettings(this.home);
    const lab = openLab({ home: this.home, retention, ...(onEvent && { onEvent }), ...(launch && { launch }) });
    for (const { run, name, checkpoint } of lab.recovered) {
      const from = checkpoint ? `from step ${checkpoint.step}` : 'from its start';
      this.say(
        `The run "${plain(name, 60)}" was interrupted when the lab ended without a word: it is paused, its metrics are kept, and it goes on ${from} with ${this.command(`resume ${run}`)}`,
      );
    }
    try {
      await work(lab);
    } finally {
      await lab.close();
    }
  }

  /** The same with a lab that is there: a folder that was mistyped is not made into one. @throws LabError 'not-found' */
  async withOwnLab(work: (lab: Lab) => Promise<void>, onEvent?: (event: LabEvent) => void): Promise<void> {
    if (!existsSync(join(this.home, 'lab.sqlite'))) throw noLab(this.home);
    await this.withLab(work, onEvent);
  }

  /** Reads the store of the home folder, beside a lab that has it open, until the work is done. Null where there is none yet. */
  withStore<Result>(work: (store: ReadOnlyStore | null) => Result): Result {
    if (!existsSync(join(this.home, 'lab.sqlite'))) return work(null);
    const store = this.#openReadOnly();
    let open = true;
    try {
      const result = work(store);
      if (!(result instanceof Promise)) return result;
      open = false;
      return result.finally(() => store.close()) as Result;
    } finally {
      if (open) store.close();
    }
  }

  #openReadOnly(): ReadOnlyStore {
    const store = openStoreReadOnly(this.home);
    const runs = store.runs.list({ status: ['running', 'pausing'] });
    const studies = store.studies.list({ status: ['running', 'stopping'] });
    if (runs.length + studies.length === 0 || !recovered(this.home)) return store;
    store.close();
    return openStoreReadOnly(this.home);
  }
}

/** Says in the store that nobody runs what is left "running"; false where a lab has the home open, and may well run it. */
function recovered(home: string): boolean {
  try {
    const store = openStore(home);
    try {
      store.recover();
    } finally {
      store.close();
    }
    return true;
  } catch (thrown) {
    if (thrown instanceof LabError) return false;
    throw thrown;
  }
}

export function noLab(home: string): LabError {
  return new LabError('not-found', `There is no lab in ${home} yet.`, {
    field: 'home',
    value: home,
    remedy: 'Start one with the demo or with train, or name its folder with --home.',
  });
}
