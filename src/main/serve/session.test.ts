import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  writeFileSync(join(home, 'session'), held);
  const session = keptSession(home);
  expect(session).toMatch(/^[\w-]{32}$/);
  expect(readFileSync(join(home, 'session'), 'utf8').trim()).toBe(session);
});

test('a home that takes no file is served all the same', () => {
  expect(keptSession(join(home, 'missing'))).not.toBe(keptSession(join(home, 'missing')));
});
