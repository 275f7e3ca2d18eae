// A lab that is killed while it does something takes with it whatever it started, and whatever that started, within five seconds;
// what it left unfinished is not taken for whole, and the same thing works afterwards.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../src/main/compute/index.ts';
import { openLab } from '../../src/main/lab/index.ts';
import '../patience.ts';
import { exampleConfiguration, makeHome, temporaryFolder } from './example-home.ts';
import { lives, startLab, startProgram } from './started-lab.ts';

const place = temporaryFolder();
const home = join(place.folder, 'home');
let run: string;

beforeAll(async () => {
  await makeHome(home);
  const lab = openLab({ home });
  const [experiment] = lab.store.experiments.list();
  // One that transformers has an architecture for.
  const configuration = { ...exampleConfiguration('run', 10), objective: [{ kind: 'simbal' }] };
  run = lab.createRun({ experiment: experiment!.id, configuration }).id;
  await lab.close();
  await startLab({ home, run }).ended;
  // A compiler that takes its time, in a process of its own process.
  writeFileSync(join(place.folder, 'compiler'), '#!/bin/sh\nsleep 60 &\nwait\n');
  chmodSync(join(place.folder, 'compiler'), 0o755);
  process.env.CXX = join(place.folder, 'compiler');
  process.env.SIMBAL_TENSORFLOW = join(place.folder, 'tensorflow');
});
afterAll(() => {
  delete process.env.CXX;
  delete process.env.SIMBAL_TENSORFLOW;
  place.remove();
});

/** Processes below this one, as the system lists them. */
function descendants(parent: number): number[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, of] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? [];
      return [[Number(name), Number(of)] as const];
    } catch {
      return [];
    }
  });
  const below = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)]);
  return below(parent);
}

test.for<[what: string, processes: number]>([
  ['preparing', 1],
  ['exporting', 1],
  ['inspecting', 1],
  ['probing', 1],
  // The set-up, the compiler, and what that started.
  ['setting TensorFlow up', 3],
  ['printing', 3],
])('%s', async ([what, processes], { skip }) => {
  skip(process.platform !== 'linux', 'Processes are looked for in /proc.');
  skip(what === 'printing' && findBrowser() === null, 'There is no Chromium to print with.');
  const lab = startProgram({ home, program: 'busy-process.ts', args: [what, run] });
  await lab.until(() => lab.said.length > 0);
  // A worker that was told of may be done by now.
  let below = lab.said.flatMap((one) => (one.type === 'worker' ? [one.process] : []));
  await expect
    .poll(() => {
      below = [...new Set([...below, ...descendants(lab.child.pid!)])];
      return below.length;
    })
    .toBeGreaterThanOrEqual(processes);
  await delay(Math.random() * 200);
  lab.killLab();
  await lab.ended;
  expect(await lab.workersGone(50_000), `${below.filter(lives)} of ${below} live. ${lab.errors()}`).not.toBeNull();
  await expect.poll(() => below.filter(lives)).toEqual([]);
});

test('what they left is swept, or not there, and the next attempt works', async () => {
  const lab = openLab({ home });
  try {
    const unfinished = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.'));
    expect([lab.store.paths.corpora, lab.store.paths.checkpoints].flatMap(unfinished)).toEqual([]);
    const whole = join(home, 'exported');
    if (!existsSync(whole)) await lab.exportModel(run, { folder: whole });
    expect(readdirSync(whole)).toContain('model.safetensors');
    expect(readdirSync(home).filter((name) => name.startsWith('exported'))).toEqual(['exported']);
    const source = { path: join(home, 'source') };
    const more = await lab.addCorpus({ name: 'more', sources: [source], tokenizer: 'gpt2', validationShare: 0.3 });
    expect(readdirSync(lab.store.paths.corpora)).toContain(more.corpus.description.hash);
    expect(readdirSync(place.folder).filter((name) => name.startsWith('tensorflow'))).toEqual([]);
  } finally {
    await lab.close();
  }
});
