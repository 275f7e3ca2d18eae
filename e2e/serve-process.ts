// A served lab as a process of its own, that a test can kill: node serve-process.ts HOME PAGE PORT. Its lines go to standard output.
import { runServe } from '../src/main/serve/run-serve.ts';

const [home, page, port] = process.argv.slice(2) as [string, string, string];
const interrupt = new AbortController();
process.on('SIGTERM', () => interrupt.abort());
await runServe({
  ...{ home, page, port: Number(port), interrupted: interrupt.signal },
  say: (line) => process.stdout.write(`${line}\n`),
});
