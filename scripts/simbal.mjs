#!/usr/bin/env node
// The command line: simbal COMMAND …
import { join } from 'node:path';
import { run } from './run.mjs';
import { root } from './setup.mjs';

run([join(root, 'src', 'main', 'cli.ts'), ...process.argv.slice(2)]);
