// simbal serve: the lab's page in a browser, for this machine alone, until it is interrupted.
import { Command } from 'commander';
import { runServe, usualPort } from '../../serve/run-serve.ts';
import { wholeNumber } from '../options.ts';
import type { SessionOf } from '../program.ts';

interface Options {
  port?: number;
  open?: boolean;
}

export const serveCommand = (sessionOf: SessionOf) =>
  new Command('serve')
    .description('serves the lab as a page to browsers of this machine, until Ctrl-C')
    .option(
      '--port <number>',
      `0 takes any that is free (default: ${usualPort}, where it is free)`,
      wholeNumber('port', 0),
    )
    .option('--open', 'open a browser, where there is a display')
    .action(async ({ port, open = false }: Options, command: Command) => {
      const { home, io } = sessionOf(command);
      const [interrupt, hurry] = [new AbortController(), new AbortController()];
      const stopListening = io.onInterrupt(() => (interrupt.signal.aborted ? hurry : interrupt).abort());
      // A terminal that is gone is no reason to leave runs behind.
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
      try {
        await runServe({
          ...{ home, open, interrupted: interrupt.signal, hurried: hurry.signal },
          ...(port !== undefined && { port }),
          ...(io.launch && { launch: io.launch }),
          say: (line) => io.out(`${line}\n`),
        });
      } finally {
        stopListening();
      }
    });
