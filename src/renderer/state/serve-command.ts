// What starts a lab again where a page is to find it.
import { quoted } from '../../shared/command-line.ts';

/** @param port of the lab's machine, which a tunnel may bring to another one here */
export const serveCommand = (home: string, port: number): string =>
  `npm run -s simbal -- serve --home ${quoted(home)} --port ${port}`;
