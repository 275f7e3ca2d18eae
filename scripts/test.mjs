// npm test: format and lint, types, unit and end-to-end tests; stops at the first that fails and says which.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root, setUp } from './setup.mjs';

setUp();
const bin = (...path) => join(root, 'node_modules', ...path);
const arguments_ = process.argv.slice(2);
const steps = [
  ['format and lint', [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']],
  // Svelte's checker reads every TypeScript file as well.
  ['types', [bin('svelte-check', 'bin', 'svelte-check'), '--fail-on-warnings', '--output', 'human']],
  ['tests', [bin('vitest', 'vitest.mjs'), 'run', ...arguments_]],
];
for (const [name, args] of arguments_.length ? steps.slice(-1) : steps) {
  if (!existsSync(args[0])) throw new Error(`${args[0]} is missing; remove node_modules and try again.`);
  process.stdout.write(`\n— ${name}\n`);
  const { status } = spawnSync(pinnedNode, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.stdout.write(`\n${name} failed.\n`);
    process.exit(status ?? 1);
  }
}
