// The fuses of an Electron, on a file that holds nothing but their wire: where there is no Electron this is what can be tried.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseState, FuseV1Options } from '@electron/fuses';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setFuses } from '../scripts/electron-fuses.ts';

const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const before = Buffer.alloc(5000, 7);
const after = Buffer.alloc(3000, 9);

let folder: string;
let program: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-fuses-'));
  program = join(folder, 'electron');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(wire: string): void {
  const head = Buffer.from([1, wire.length]);
  writeFileSync(program, Buffer.concat([before, Buffer.from(sentinel), head, Buffer.from(wire, 'latin1'), after]), {
    mode: 0o755,
  });
}
const wireOf = (length: number) => {
  const start = before.length + sentinel.length + 2;
  return readFileSync(program)
    .subarray(start, start + length)
    .toString('latin1');
};

test('what the lab does not use is off, and everything else is as it was', async () => {
  write('101100111');
  const whole = readFileSync(program);
  expect(await setFuses(program)).toBe(true);
  expect(wireOf(9)).toBe('000100101');
  const changed = [...readFileSync(program).entries()].filter(([at, byte]) => whole[at] !== byte).map(([at]) => at);
  const first = before.length + sentinel.length + 2;
  expect(changed).toEqual(
    [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ].map((fuse) => first + fuse),
  );
  if (process.platform !== 'win32') expect(statSync(program).mode & 0o777).toBe(0o755);
});

test('a second time nothing is written', async () => {
  write('101100111');
  await setFuses(program);
  utimesSync(program, 1000, 1000);
  expect(await setFuses(program)).toBe(false);
  expect(statSync(program).mtimeMs).toBe(1_000_000);
});

test('an Electron with more fuses than are known, with fewer, or without one of them, is as good', async () => {
  write('1011001111101');
  await setFuses(program);
  expect(wireOf(13)).toBe('0001001011101');
  write('1011');
  await setFuses(program);
  expect(wireOf(4)).toBe('0001');
  write(`${String.fromCharCode(FuseState.REMOVED)}01100111`);
  await setFuses(program);
  expect(wireOf(9)).toBe('r00100101');
});

test('a file that is no Electron is left alone', async () => {
  writeFileSync(program, before);
  await expect(setFuses(program)).rejects.toThrow();
  expect(readFileSync(program).equals(before)).toBe(true);
  await expect(setFuses(join(folder, 'none'))).rejects.toThrow();
  expect(existsSync(join(folder, 'none'))).toBe(false);
});
