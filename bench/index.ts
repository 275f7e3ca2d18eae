// npm run -s bench -- NAME: runs one benchmark, both sides in one go, and prints a ratio a line. Not a test: no timing passes or fails.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Benchmark {
  /** One line: what is compared. */
  description: string;
  run(args: readonly string[]): Promise<void>;
}

const folder = join(import.meta.dirname, 'cases');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);

const load = async (chosen: string) => (await import(join(folder, `${chosen}.ts`))) as Benchmark;

if (name !== undefined && names.includes(name)) await (await load(name)).run(args);
else {
  process.stdout.write('Usage: npm run -s bench -- NAME\n\n');
  for (const known of names) process.stdout.write(`  ${known.padEnd(16)} ${(await load(known)).description}\n`);
  process.exitCode = name === undefined ? 0 : 2;
}
