// The command line's door: simbal COMMAND …
import { runCli } from './cli/program.ts';
import { processIo } from './cli/io.ts';

process.exitCode = await runCli(process.argv.slice(2), processIo());
