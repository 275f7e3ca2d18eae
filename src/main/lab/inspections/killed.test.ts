// The process that reads a file goes away in the middle of it: the lab says so in a sentence, and reads the next file.
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LabError } from '../../../shared/errors.ts';
import { nodeWorkers } from '../../compute/index.ts';
import { temporaryHome } from '../pretended-lab.testing.ts';
import { type Inspections, inspectionsOver } from './index.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', '..', 'test', 'fixtures', 'checkpoints');

let place: ReturnType<typeof temporaryHome>;
let inspections: Inspections;
let processes: number[];
let nodeOptions: string;

const workers = nodeWorkers();
const launch = () => {
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = nodeOptions;
  const worker = workers();
  if (before === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = before;
  processes.push(worker.pid!);
  return worker;
};

beforeEach(() => {
  place = temporaryHome();
  processes = [];
  nodeOptions = '';
  inspections = inspectionsOver({ launch, launchReader: launch });
});
afterEach(async () => {
  await inspections.end();
  place.remove();
});

/** Reads to the end, `first` being called once something was told. */
async function read(path: string, first: () => void = () => {}, by = inspections): Promise<number> {
  const id = by.open([path]);
  for (let told = 0; ; ) {
    const { events, ended } = await by.next(id);
    if (told === 0 && events.length > 0) first();
    told += events.length;
    if (ended) return told;
  }
}

const broken = (path: string, first?: () => void, by?: Inspections): Promise<LabError> =>
  read(path, first, by).then(
    () => Promise.reject(new Error('was read')),
    (error) => error,
  );

async function othersAreRead(): Promise<void> {
  nodeOptions = '';
  expect(await read(join(fixtures, 'mixtral'))).toBeGreaterThan(3);
}

/** A file of these members, and of `data` bytes that take no room on the disk. */
function fileOf(members: readonly string[], data = 0): string {
  const header = `{${members.join()}}`;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = join(place.home, 'file.safetensors');
  writeFileSync(file, Buffer.concat([length, Buffer.from(header)]));
  truncateSync(file, 8 + header.length + data);
  return file;
}

/** Reading it takes longer than any test. */
const endless = () => fileOf(['"a":{"dtype":"F32","shape":[50000000000],"data_offsets":[0,200000000000]}'], 2e11);

test('killed', async () => {
  const error = await broken(endless(), () => process.kill(processes[0]!, 'SIGKILL'));
  expect(error).toMatchObject({
    code: 'worker',
    message: 'The worker that read it was killed from outside, as the system does when memory runs out.',
    remedy: 'Nothing else was lost. Try again.',
  });
  await othersAreRead();
});

test.skipIf(process.platform === 'win32')('hung', async () => {
  const impatient = inspectionsOver({ launch, launchReader: launch, limits: { silence: 2000, grace: 300 } });
  const error = await broken(endless(), () => process.kill(processes[0]!, 'SIGSTOP'), impatient);
  expect(error).toMatchObject({ code: 'worker', message: expect.stringContaining('gave no sign of life for 2 s') });
  expect(() => process.kill(processes[0]!, 0)).toThrow('ESRCH');
  await impatient.end();
  await othersAreRead();
});

test('out of memory', async () => {
  const member = (index: number) => `"t${index}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`;
  const file = fileOf(Array.from({ length: 100_000 }, (_, index) => member(index)));
  nodeOptions = '--max-old-space-size=30';
  const error = await broken(file);
  expect(error.message).toMatch(/^The worker that read it ran out of memory\. Its last words: "FATAL ERROR: [^"]*"\.$/);
  await othersAreRead();
});
