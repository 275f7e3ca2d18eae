// What every npm script runs first, on whatever Node the machine has (20 or newer): installs the locked dependencies when
// they are missing or stale, compiles the WebAssembly kernels when their source is newer, and is quiet and quick otherwise.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The Node this project pins: an npm package, so that no other Node on the machine has to fit. */
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const hash = (...paths) => {
  const sum = createHash('sha256');
  for (const path of paths) sum.update(readFileSync(join(root, path)));
  return sum.digest('hex');
};

const isCurrent = (stamp, value) => existsSync(stamp) && readFileSync(stamp, 'utf8') === value;

function step(title, command, args) {
  process.stderr.write(`${title}\n`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(
    `Set-up stopped: "${[command, ...args].join(' ')}" ended with ${error?.message ?? `code ${status}`}.\n`,
  );
  process.exit(1);
}

export function setUp() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    process.stderr.write(`SimBal Lab needs Node 20 or newer to start; this is ${process.version}.\n`);
    process.exit(1);
  }
  const installed = join(root, 'node_modules', '.simbal-setup');
  const lock = hash('package-lock.json', 'package.json');
  if (!existsSync(pinnedNode) || !isCurrent(installed, lock)) {
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    step('Installing dependencies (once; a minute or two) …', 'npm', ['ci', ...quiet]);
    // The one install script that has to run (.npmrc stops them all): it fetches the pinned Node for this platform.
    step('Installing the pinned Node …', 'npm', ['rebuild', 'node', '--ignore-scripts=false', ...quiet]);
    writeFileSync(installed, lock);
  }
  const kernels = join(root, 'out', 'kernels', '.built');
  const source = hash('src/worker/engine/onnx/optimizer.as.ts', 'scripts/build-kernels.mjs');
  if (!isCurrent(kernels, source)) {
    mkdirSync(dirname(kernels), { recursive: true });
    step('Compiling the WebAssembly kernels …', pinnedNode, [join(root, 'scripts', 'build-kernels.mjs')]);
    writeFileSync(kernels, source);
  }
}
