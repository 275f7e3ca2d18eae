// lab:// hands out the built page and nothing else.
import { readFile, realpath } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { pageHeaders } from '../page/headers.ts';
import type { PageFiles } from '../page/page-files.ts';
import { fileAt, scheme } from './address.ts';

/** To call before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePage(session: Session, files: PageFiles): void {
  session.protocol.handle(scheme, async ({ url, method }) => {
    const headers = pageHeaders("'none'");
    const page = method === 'GET' ? fileAt(url, files) : null;
    const bytes = page && (await unchanged(page.file));
    if (!bytes) return new Response(null, { status: 404, headers });
    return new Response(bytes, { headers: { ...headers, 'Content-Type': page.type } });
  });
}

/** Null where the file is gone, or a link, which is not followed, was put in its place since. */
async function unchanged(file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return (await realpath(file)) === file ? await readFile(file) : null;
  } catch {
    return null;
  }
}
