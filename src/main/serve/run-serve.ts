// simbal serve: the lab's page in a browser, until it is interrupted.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { waitingKind } from '../../shared/waiting.ts';
import { hasDisplay, type LaunchWorker, openFile } from '../compute/index.ts';
import { plain } from '../lab/text.ts';
import { openLabApi } from '../lab-api/index.ts';
import { pageFiles, pageFolder } from '../page/page-files.ts';
import { type PageServer, startServer } from './server.ts';
import { keptSession } from './session.ts';

export interface ServeOptions {
  home: string;
  /** 0 takes any that is free; left out, a usual one where it is free. */
  port?: number;
  /** Opens a browser where there is a display. */
  open?: boolean;
  /** Where the built page lies. */
  page?: string;
  launch?: LaunchWorker;
  /** Lines for a person; the address, with its token, is one of them. */
  say(line: string): void;
  /** Aborted, the lab is closed, and what runs is paused. */
  interrupted: AbortSignal;
  /** Aborted, there is no waiting for what is being paused. */
  hurried?: AbortSignal;
}

/** The same from day to day, so that a tunnel to it can stay as it is. */
export const usualPort = 7437;

/** Resolves when the lab is closed. @throws LabError 'store', 'request' for a port, 'not-found' where no page is built */
export async function runServe(options: ServeOptions): Promise<void> {
  const { home, port, open = false, page, launch, say, interrupted } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new LabError('request', `port is ${port}; it must be a whole number from 0 to 65535.`, {
      field: 'port',
      value: String(port),
      remedy: 'Choose another port, or 0 for any that is free.',
    });
  }
  const files = pageFiles(page ?? pageFolder());
  const labApi = openLabApi({ home, door: 'browser', ...(launch && { launch }) });
  const session = keptSession(labApi.lab.store.paths.home);
  let server: PageServer | undefined;
  try {
    server = await serverOn(port, (port) => startServer({ files, port, session, serve: labApi.serve }));
    labApi.about.port = server.port;
    say(`The lab in ${labApi.lab.store.paths.home} is served to this machine alone. Open`);
    say(`  ${server.address}`);
    say(
      `From another machine: ssh -L ${server.port}:127.0.0.1:${server.port} to this one, then the same address there. Where that port is taken there, another first number, and that in the address.`,
    );
    if (port === undefined && server.port !== usualPort)
      say(
        `(Port ${usualPort} is taken, by another lab or another program: pages that were open there stay without this one.)`,
      );
    const left = labApi.lab.recovered.length;
    if (left > 0)
      say(
        `${left === 1 ? 'A run was' : `${left} runs were`} interrupted when the lab ended without a word: paused, all metrics kept. The page resumes ${left === 1 ? 'it' : 'them'}.`,
      );
    say('Ctrl-C pauses what runs and ends it.');
    // A full disk or a lock holds a closing lab up as well, when no page is left to say so.
    labApi.server.watch((event) => {
      if (event.type === 'note' && event.kind === waitingKind)
        say(`${plain(labApi.lab.store.runs.get(event.run).name, 60)}: ${plain(event.message, 1000)}`);
    });
    if (open && hasDisplay(process.platform, process.env)) openPage(labApi.lab.store.paths.home, server.address);
    await new Promise<void>((resolve) => {
      if (interrupted.aborted) resolve();
      interrupted.addEventListener('abort', () => resolve(), { once: true });
    });
    if (labApi.lab.store.runs.list({ status: ['running', 'pausing'] }).length > 0)
      say('Pausing what runs … (Ctrl-C again to stop at once: it goes on from the newest checkpoint then)');
  } finally {
    await server?.close();
    rmSync(openingFile(labApi.lab.store.paths.home), { force: true });
    await labApi.close(options.hurried);
  }
}

async function serverOn(port: number | undefined, start: (port: number) => Promise<PageServer>): Promise<PageServer> {
  if (port !== undefined) return start(port);
  return start(usualPort).catch((thrown) => {
    if (thrown instanceof LabError && thrown.field === 'port') return start(0);
    throw thrown;
  });
}

const openingFile = (home: string) => join(home, 'open.html');

/**
 * By way of a file that only its owner can read: an address in the arguments of a program is for everybody on the machine
 * to see.
 */
function openPage(home: string, address: string): void {
  const file = openingFile(home);
  rmSync(file, { force: true });
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${address}">\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  openFile(file);
}
