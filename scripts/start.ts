// npm start: builds what is older than its sources, and opens the lab: in a window where Electron and a display are to be
// had, else as a page in a browser. --browser asks for the page; --home and --port are passed on.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { processIo } from '../src/main/cli/io.ts';
import { runCli } from '../src/main/cli/program.ts';
import { hasDisplay } from '../src/main/compute/index.ts';
import { setFuses } from './electron-fuses.ts';

const root = dirname(import.meta.dirname);
const electronFolder = join(root, 'node_modules', 'electron');

const say = (text: string) => process.stderr.write(`${text}\n`);

function isBuilt(): boolean {
  const built = join(root, 'out', 'renderer', 'index.html');
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  const sources = globSync(['src/**/*.{ts,svelte,css,html}', 'electron.vite.config.ts', 'package.json'], { cwd: root });
  return sources.every((file) => statSync(join(root, file)).mtimeMs <= mtimeMs);
}

/** False where it failed; what the builder said is on the screen then. */
function build(): boolean {
  if (isBuilt()) return true;
  say('Building the lab …');
  const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [builder, 'build'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) say(`${stdout}${stderr}\nThe lab could not be built.`);
  return status === 0;
}

function electronProgram(): string | null {
  const named = join(electronFolder, 'path.txt');
  const program = existsSync(named) ? join(electronFolder, 'dist', readFileSync(named, 'utf8')) : null;
  return program && existsSync(program) ? program : null;
}

/** Milliseconds for Electron's own installer, which downloads some hundred megabytes. */
const patience = 600_000;

function fetchElectron(): string | null {
  say('Fetching Electron (once; npm start -- --browser does without) …');
  const installer = join(electronFolder, 'install.js');
  spawnSync(process.execPath, [installer], { cwd: root, stdio: 'ignore', timeout: patience });
  return electronProgram();
}

/** A window is opened all the same where its binary belongs to somebody else, or runs already. */
async function closeFuses(program: string): Promise<void> {
  try {
    await setFuses(program);
  } catch (thrown) {
    say(`Electron's fuses stay as they are: ${(thrown as Error).message}`);
  }
}

/** Resolves to its exit code, or to null where it could not run at all. */
function openWindow(program: string): Promise<number | null> {
  const child = spawn(program, ['.'], { cwd: root, stdio: 'inherit' });
  let told = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      told = true;
      // A Ctrl-C reaches it through its terminal.
      if (signal !== 'SIGINT') child.kill(signal);
    });
  }
  return new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('exit', (code) => resolve(told ? (code ?? 0) : code === 127 ? null : code));
  });
}

/** Resolves to an exit code; null where there is no window to be had, for the reason that it says. */
async function inWindow(): Promise<number | null> {
  if (!hasDisplay(process.platform, process.env)) {
    say('There is no display here for a window; the lab is served as a page instead.');
    return null;
  }
  const program = electronProgram() ?? fetchElectron();
  if (program !== null) await closeFuses(program);
  const code = program === null ? null : await openWindow(program);
  if (code === null) say('Electron is not to be had here; the lab is served as a page instead.');
  return code;
}

const args = process.argv.slice(2);
const rest = args.filter((argument) => argument !== '--browser');
if (!build()) process.exitCode = 1;
else {
  // A window has no arguments: where one is given, the page is meant.
  const code = args.length === 0 ? await inWindow() : null;
  process.exitCode = code ?? (await runCli(['serve', '--open', ...rest], processIo()));
}
