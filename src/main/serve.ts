// The served page's door: opens the lab of the user's home folder. --open opens a browser, --port and --home choose.
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { LabError } from '../shared/errors.ts';
import { defaultHome } from './cli/io.ts';
import { runServe } from './serve/run-serve.ts';

const { values } = parseArgs({
  options: { home: { type: 'string' }, port: { type: 'string' }, open: { type: 'boolean' } },
});
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
try {
  await runServe({
    home: values.home ?? defaultHome(process.env, process.platform, homedir()),
    ...(values.port !== undefined && { port: Number(values.port) }),
    open: values.open ?? false,
    say: (line) => process.stdout.write(`${line}\n`),
    interrupted: interrupt.signal,
  });
} catch (thrown) {
  const { message, remedy = '' } = LabError.from(thrown);
  process.stderr.write(`${message} ${remedy}\n`);
  process.exitCode = 1;
}
