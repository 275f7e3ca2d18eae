// The served page's door: what `simbal serve` is on the command line, with its options.
import { processIo } from './cli/io.ts';
import { runCli } from './cli/program.ts';

process.exitCode = await runCli(['serve', ...process.argv.slice(2)], processIo());
