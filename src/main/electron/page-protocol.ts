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
    // A link that was put in the file's place since is not followed.
    if (!page || (await realpath(page.file).catch(() => null)) !== page.file)
      return new Response(null, { status: 404, headers });
    return new Response(await readFile(page.file), { headers: { ...headers, 'Content-Type': page.type } });
  });
}
