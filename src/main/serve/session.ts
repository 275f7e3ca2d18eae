// What the cookie of a home's pages holds, kept from one serving to the next: a page that stayed open, or a laptop that slept,
// finds the lab again when it was started anew on its port. The token of the address is a new one each time.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret } from './secret.ts';

/** A file that holds anything else is replaced. */
export function keptSession(home: string): string {
  const file = join(home, 'session');
  const kept = read(file);
  if (kept !== null) return kept;
  const session = newSecret();
  try {
    writeFileSync(`${file}.new`, `${session}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // A home that takes no file has the session for as long as it is served.
  }
  return session;
}

function read(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text.length === newSecret().length && /^[\w-]+$/.test(text) ? text : null;
  } catch {
    return null;
  }
}
