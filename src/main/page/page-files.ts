// The built page as the closed set of files that a door hands out, each under its path. What is not in the set is not there:
// no path that anybody asks for ever becomes a path of the file system.
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { LabError } from '../../shared/errors.ts';

export interface PageFile {
  /** On disk; inside the page's folder also after every link is followed. */
  file: string;
  type: string;
  /** Its name changes with its content. */
  immutable: boolean;
}

/** By the path of an address: '/assets/index-1a2b.js'; the page itself is '/'. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Where the page is built to: beside a built lab, or in the checkout. */
export function pageFolder(here = import.meta.dirname): string {
  const built = join(here, '..', 'renderer');
  return existsSync(join(built, 'index.html')) ? built : join(here, '..', '..', '..', 'out', 'renderer');
}

/** @throws LabError 'not-found' where no page is built */
export function pageFiles(folder = pageFolder()): PageFiles {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new LabError('not-found', `The page is not built: there is no index.html in ${folder}.`, {
      field: folder,
      remedy: 'Build it with "npm run build"; "npm start" does so by itself.',
    });
  }
  const root = realpathSync(folder);
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && Object.hasOwn(types, extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => realpathSync(file) === file);
  return new Map(
    found.map((file) => {
      const path = `/${relative(root, file).split(sep).join('/')}`;
      const entry = { file, type: types[extname(file)]!, immutable: path.startsWith('/assets/') };
      return [path === '/index.html' ? '/' : path, entry] as const;
    }),
  );
}
