// The lab as pages reach it: one lab, any number of clients, each over its own transport.
import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { About, ApiEvent, ApiHandlers } from '../../shared/api.ts';
import { type CallServer, serveCalls, type Transport } from '../../shared/rpc.ts';
import { openPrinter } from '../compute/index.ts';
import { type Lab, type LabOptions, openLab } from '../lab/index.ts';
import { labVersion } from '../version.ts';
import { handlersOver } from './handlers.ts';
import { noDialogs } from './no-dialogs.ts';
import type { OpenPrinter } from './reports.ts';
import { readSettings } from './settings.ts';
import { Summaries } from './summaries.ts';

export interface LabApiOptions extends Omit<LabOptions, 'onEvent' | 'concurrency' | 'retention'> {
  door: About['door'];
  /** Of the machine; none when left out. */
  dialogs?: ApiHandlers['dialogs'];
  /** What prints reports; a browser of this machine when left out. */
  printer?: OpenPrinter;
}

export interface LabApi {
  readonly lab: Lab;
  readonly server: CallServer;
  /** What pages are told of where they are. */
  readonly about: About;
  /** Answers a client until its transport closes. */
  serve(transport: Transport): void;
  /** Tells every client that watches. */
  emit(event: ApiEvent): void;
  /** Pauses what runs, waits for it, and closes the lab; with `hurry`, as that of the lab. */
  close(hurry?: AbortSignal): Promise<void>;
}

/** Opens the lab of a home folder, and goes on with what waits in its queue. @throws LabError 'store' */
export function openLabApi({ door, dialogs = noDialogs, printer = openPrinter, ...options }: LabApiOptions): LabApi {
  const listeners = new Set<(event: ApiEvent) => void>();
  const emit = (event: ApiEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const home = resolve(options.home);
  const { concurrency, retention } = readSettings(home);
  const lab = openLab({ ...options, concurrency, retention, onEvent: emit });
  const summaries = new Summaries(lab.store);
  listeners.add((event) => summaries.take(event));
  const about: About = {
    version: labVersion(),
    door,
    platform: process.platform,
    home,
    cores: options.cores ?? availableParallelism(),
    memory: totalmem(),
  };
  const server: CallServer = {
    handlers: handlersOver({ lab, about, summaries, dialogs, printer, emit }),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  lab.resumeQueue();
  return {
    lab,
    server,
    about,
    serve: (transport) => serveCalls(transport, server),
    emit,
    close: (hurry) => lab.close(hurry),
  };
}
