// What starts a lab again where a page is to find it.
import { quoted } from '../../shared/command-line.ts';

/** @param port as in the page's address; '' where it is the usual one of the web */
export const serveCommand = (home: string, port: string): string =>
  `npm run -s simbal -- serve --home ${quoted(home)}${port && ` --port ${port}`}`;
