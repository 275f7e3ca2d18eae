// Opens and closes a home when it is told: node race-process.ts HOME, with lines `open` and `close` on its input.
import { createInterface } from 'node:readline';
import type { Store } from '../../src/main/store/index.ts';
import { openStore } from '../../src/main/store/open.ts';
import { LabError } from '../../src/shared/errors.ts';

const opened: Store[] = [];
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${line === 'open' ? open() : close()}\n`);
}

function open(): string {
  try {
    opened.push(openStore(process.argv[2]!));
    return 'open';
  } catch (thrown) {
    return `refused ${LabError.from(thrown).value}`;
  }
}

function close(): string {
  opened.pop()?.close();
  return 'done';
}
