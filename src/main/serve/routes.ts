// Everything that a served lab can be asked for. What is not in this table is not there.
import { socketPath } from '../../shared/desktop-bridge.ts';
import type { PageFile, PageFiles } from '../page/page-files.ts';

export type Route = { kind: 'file'; file: PageFile } | { kind: 'socket' };

/** By path. */
export function routesOf(files: PageFiles): ReadonlyMap<string, Route> {
  const pages = [...files].map(([path, file]) => [path, { kind: 'file', file }] as const);
  return new Map<string, Route>([...pages, [socketPath, { kind: 'socket' }]]);
}
