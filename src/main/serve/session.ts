// What the cookie of a home's pages holds, kept from one serving to the next: a page that stayed open, or a laptop that slept,
// finds the lab again when it was started anew on its port. The token of the address is a new one each time.
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret } from './secret.ts';

/** A file that holds anything else, that is no plain file, or that others could have read or written is replaced. */
export function keptSession(home: string): string {
  const file = join(home, 'session');
  const kept = read(file);
  if (kept !== null) return kept;
  const session = newSecret();
  try {
    // Nothing is written into a file, or through a link, that lies there already.
    rmSync(`${file}.new`, { force: true });
    writeFileSync(`${file}.new`, `${session}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(`${file}.new`, file);
  } catch {
    // A home that takes no file has the session for as long as it is served.
  }
  return session;
}

function read(file: string): string | null {
  try {
    if (!isOwn(file)) return null;
    const text = readFileSync(file, 'utf8').trim();
    return text.length === newSecret().length && /^[\w-]+$/.test(text) ? text : null;
  } catch {
    return null;
  }
}

function isOwn(file: string): boolean {
  const status = lstatSync(file);
  if (!status.isFile() || status.size > 1024) return false;
  return process.platform === 'win32' || (status.uid === process.getuid!() && (status.mode & 0o077) === 0);
}
