// The built lab: `npm run build` makes every program, and the served door trains with the built worker.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { credentialsOf, openPageSocket } from '../src/main/serve/page-credentials.testing.ts';
import { configurationFromPreset } from '../src/shared/config/index.ts';
import { connect } from '../src/shared/rpc.ts';
import { overWebSocket } from '../src/shared/transports.ts';
import './patience.ts';

const root = join(import.meta.dirname, '..');
let home: string;
let lab: ChildProcess | undefined;

/** Rejects where it fails, with what it said. Awaited: a test that blocks its process cannot say that it lives. */
const node = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'simbal-built-'));
  const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  await node(builder, 'build');
});

afterAll(() => {
  lab?.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

test('every program is there, and the preload script needs nothing but Electron', () => {
  const programs = ['main/index.js', 'main/serve.js', 'main/cli.js', 'worker/entry.js', 'worker/heartbeat.js'];
  for (const program of [...programs, 'worker/optimizer-thread.js', 'kernels/optimizer.wasm', 'renderer/index.html']) {
    expect(existsSync(join(root, 'out', program)), program).toBe(true);
  }
  const preload = readFileSync(join(root, 'out', 'preload', 'index.cjs'), 'utf8');
  expect([...preload.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(['electron']);
  const page = readFileSync(join(root, 'out', 'renderer', 'index.html'), 'utf8');
  expect(page).not.toMatch(/(src|href)="(https?:|\/\/)/);
});

/** The address that it prints; from then on nobody reads what it says. */
async function served(): Promise<URL> {
  lab = spawn(process.execPath, [join(root, 'out', 'main', 'serve.js'), '--home', home, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const piece of lab.stdout!.setEncoding('utf8')) {
    said += piece;
    const address = /http:\S+/.exec(said)?.[0];
    if (address) return new URL(address);
  }
  throw new Error(`It ended and said: ${said}`);
}

test('the served lab prepares a corpus, trains, and pauses what runs when it is interrupted', async () => {
  const address = await served();
  const credentials = await credentialsOf(address);
  const page = await fetch(address.origin, { headers: { cookie: credentials.cookie } });
  expect(await page.text()).toContain('<div id="app">');
  const { api, watch, closed } = connect(overWebSocket(openPageSocket(credentials) as never));

  await api.corpora.add({ name: 'sources', sources: [{ path: join(root, 'src', 'main') }], tokenizer: 'bytes' });
  const { id: experiment } = await api.experiments.create({ name: 'built' });
  const configuration = configurationFromPreset('nano', {
    corpus: 'sources',
    model: { width: 32, layers: 2, heads: 2, context: 32, experts: 4, active: 2, expertWidth: 32, vocabulary: 257 },
    training: { steps: 100_000_000, warmupSteps: 1, batch: 2, checkpointEvery: 0 },
    evaluation: { every: 100_000_000, denseUntil: 0, tokens: 64, similarityEvery: 1, similarityTokens: 32 },
  });
  const trained = new Promise<void>((resolve) => {
    watch((event) => {
      if (event.type === 'steps' && event.steps.at(-1)!.step >= 5) resolve();
    });
  });
  const [run] = await api.runs.create({ experiment, configuration, objectives: [[]], seeds: [1], start: true });
  await trained;
  const exit = once(lab!, 'exit');
  lab!.kill('SIGINT');
  expect(await exit).toEqual([0, null]);
  await closed;

  const { stdout } = await node(join(root, 'out', 'main', 'cli.js'), '--home', home, '--json', 'runs', 'list');
  expect(stdout).toContain(run!.id);
  expect(stdout).toMatch(/"status": "paused"/);
});
