import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptSession } from './session.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'simbal-session-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a home keeps its session, and nobody else reads it', () => {
  const session = keptSession(home);
  expect(session).toMatch(/^[\w-]{32}$/);
  expect(keptSession(home)).toBe(session);
  if (process.platform !== 'win32') expect(statSync(join(home, 'session')).mode & 0o777).toBe(0o600);
});

test.each(['', 'short', 'x'.repeat(33), `${'x'.repeat(31)};`])('a file that holds %j is replaced', (held) => {
  writeFileSync(join(home, 'session'), held, { mode: 0o600 });
  const session = keptSession(home);
  expect(session).toMatch(/^[\w-]{32}$/);
  expect(readFileSync(join(home, 'session'), 'utf8').trim()).toBe(session);
});

test.runIf(process.platform !== 'win32')('a secret that others could read is a secret no more', () => {
  const session = keptSession(home);
  chmodSync(join(home, 'session'), 0o644);
  const next = keptSession(home);
  expect(next).not.toBe(session);
  expect(keptSession(home)).toBe(next);
  expect(statSync(join(home, 'session')).mode & 0o777).toBe(0o600);
});

test.runIf(process.platform !== 'win32')('no link is followed, to read or to write', () => {
  const [known, other] = [join(home, 'known'), join(home, 'other')];
  writeFileSync(known, 'x'.repeat(32), { mode: 0o600 });
  writeFileSync(other, 'theirs', { mode: 0o644 });
  symlinkSync(known, join(home, 'session'));
  symlinkSync(other, join(home, 'session.new'));
  const session = keptSession(home);
  expect(session).not.toBe('x'.repeat(32));
  expect([readFileSync(known, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['x'.repeat(32), 'theirs']);
  expect(keptSession(home)).toBe(session);
});

test('a home that takes no file is served all the same', () => {
  expect(keptSession(join(home, 'missing'))).not.toBe(keptSession(join(home, 'missing')));
});
