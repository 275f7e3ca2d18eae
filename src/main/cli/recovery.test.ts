// What a person is told when something went wrong, and that the command they are given works.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPretended, temporaryHome } from '../lab/pretended-lab.testing.ts';
import { commandName } from './io.ts';
import { pretendedIo } from './pretended-io.testing.ts';
import { quoted } from './session.ts';

let place: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(() => place.remove());

const io = (options?: Parameters<typeof pretendedIo>[1]) => pretendedIo(place.home, options);

/** The words of a command that was told after "To go on: ", with the id of the only run. */
async function toldCommand(err: string): Promise<string[]> {
  const [, command] = /To go on: simbal (.*)/.exec(err) ?? [];
  expect(command).toBeDefined();
  const { lab } = openPretended(place.home);
  const [run] = lab.store.runs.list();
  await lab.close();
  return command!.replace('ID', run!.id).trim().split(' ');
}

it.each([
  ['resume', 'x'],
  ['fork', 'x'],
  ['runs', 'rename', 'x', 'y'],
  ['runs', 'show', 'x'],
  ['compare', 'x'],
  ['report', 'x', '--out', 'report'],
  ['prune', 'x', '--drop-top', '1'],
  ['analyse', 'x'],
])('a home that was mistyped is said not to be there, and is not made: %s %s', async (...args) => {
  const home = join(place.home, 'mistyped');
  const { code, err } = await io().run(...args, '--home', home);
  expect(code).toBe(2);
  expect(err).toContain('mistyped');
  expect(existsSync(home)).toBe(false);
});

it('a run whose loss is not a number is gone on with otherwise: the told command does', async () => {
  const failed = await io({ behaviour: 'fail' }).run('train', '--steps', '20', '--name', 'doomed');
  expect(failed.code).toBe(3);
  const command = await toldCommand(failed.err);
  expect(command[0]).toBe('fork');
  expect((await io().run(...command)).code).toBe(0);
});

it('a run whose newest checkpoint is damaged is gone on with from the one before: the told command does', async () => {
  const shell = io({ stepTime: 3 });
  const running = shell.run('train', '--steps', '100', '--name', 'long');
  await expect.poll(shell.err).toContain('step  30 of 100');
  shell.interrupt();
  expect((await running).code).toBe(130);
  const { lab } = openPretended(place.home);
  const [run] = lab.store.runs.list();
  const newest = lab.store.checkpoints.newest(run!.id)!;
  await lab.close();
  for (const file of readdirSync(newest.folder)) rmSync(join(newest.folder, file));
  const failed = await io({ behaviour: 'no start' }).run('resume', 'long');
  expect(failed.code).toBe(3);
  const command = await toldCommand(failed.err);
  expect(command.slice(0, 1)).toEqual(['fork']);
  expect(Number(command.at(-1))).toBeLessThan(newest.step);
  expect((await io().run(...command)).code).toBe(0);
});

it('what was interrupted or failed says so under the list of runs, and how it goes on', async () => {
  await io({ behaviour: 'fail' }).run('train', '--steps', '20', '--name', 'doomed');
  const list = (await io().run('runs', 'list')).out;
  expect(list).toMatch(/"doomed" \(ID\) failed: .*\n/);
  expect((await io().run('runs', 'show', 'doomed')).out).toContain('To go on: simbal fork ID --step 10');
});

it('a file that cannot be written or read is told in words, without the name of an error', async () => {
  await io().run('train', '--steps', '4', '--name', 'short');
  writeFileSync(join(place.home, 'file'), '');
  const attempts = [
    ['runs', 'export', 'short', '--out', join(place.home, 'file', 'x.csv')],
    ['compare', 'short', '--html', place.home],
    ['report', 'short', '--format', 'html', '--out', join(place.home, 'file')],
    ['train', join(place.home, 'nothing.json')],
    ['train', place.home],
    ['train', '--home', join(place.home, 'file')],
  ];
  for (const args of attempts) {
    const { code, err } = await io().run(...args);
    expect([1, 2]).toContain(code);
    expect(err).not.toMatch(/\bE[A-Z]{3,}\b|\n\s+at /);
    expect(err.trim().split('. ').length).toBeGreaterThan(1);
  }
});

it.runIf(process.platform === 'linux')(
  'a folder that lets nothing be made in it is refused, not tried for ever',
  async () => {
    const { code, err } = await io().run('runs', 'rename', 'x', 'y', '--home', '/proc/simbal');
    expect([code, err]).toEqual([2, expect.stringContaining('/proc/simbal')]);
    expect((await io().run('corpus', 'add', place.home, '--name', 'x', '--home', '/proc/simbal')).code).toBe(1);
  },
);

it('whatever was mistyped, the help that shows the right words is named', async () => {
  for (const args of [['trian'], ['train', '--foo'], ['resume'], ['runs', 'shwo'], ['train', '--steps', 'x']]) {
    const { code, err } = await io().run(...args);
    expect(code).toBe(2);
    expect(err).toMatch(/\(simbal .*--help shows /);
  }
});

it('a command inside the words of an error has the home that was named', async () => {
  await io().run('train', '--steps', '4', '--name', 'short');
  const { err } = await io().run('resume', 'short', '--home', place.home);
  expect(err).toContain(`${commandName({})} --home ${quoted(place.home).replace(place.home, 'HOME')} resume`);
});
