// Our reader against the reference library, by hand: node scripts/run.mjs test/safetensors/compare.ts WHAT
//   --write          writes verdicts.json, what the library says of the corpus
//   --check          says whether verdicts.json is what the library says now
//   --random N       compares both on N random files [--seed S]
// Needs a Python with the library: python3, or what --python names. Exits 1 where something does not hold.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { corpus } from './corpus.ts';
import { differences } from './differences.ts';
import { randomFile } from './random-files.ts';
import { type RecordedFamily, readRecorded, recorded, recordedFile } from './recorded.ts';
import { canonical, ourVerdict, referenceVerdicts, type Verdict } from './verdict.ts';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean' },
    check: { type: 'boolean' },
    random: { type: 'string' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});

function corpusVerdicts(): Record<string, RecordedFamily> {
  const families = Object.entries(corpus).map(([name, make]) => {
    const files = make();
    return [name, recorded(files, referenceVerdicts(files, values.python))];
  });
  return Object.fromEntries(families);
}

function check(): boolean {
  const [now, then] = [corpusVerdicts(), readRecorded()];
  const names = new Set([...Object.keys(now), ...Object.keys(then)]);
  const differing = [...names].filter((name) => JSON.stringify(now[name]) !== JSON.stringify(then[name]));
  const files = Object.values(now).reduce((sum, family) => sum + family.files, 0);
  console.log(`${files} files in ${names.size} families: the verdicts of ${differing.length} differ`, ...differing);
  return differing.length === 0;
}

/**
 * The file with each name once, the last, as the library takes it: of two faults our reader names the one that comes first.
 */
function withoutRepeats(file: Buffer): Buffer {
  const length = Number(file.readBigUInt64LE());
  const header = Buffer.from(JSON.stringify(JSON.parse(file.subarray(8, 8 + length).toString())));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, file.subarray(8 + length)]);
}

/** What tells the two verdicts apart, where it is known. */
function knownDifference(file: Buffer, reason: string, their: Verdict): string | undefined {
  const known = differences.find(({ refusal }) => refusal.test(reason));
  if (known || !their) return known?.what;
  return canonical(ourVerdict(withoutRepeats(file)).verdict) === canonical(their)
    ? 'a name twice, the first faulty'
    : undefined;
}

/** Counts what both make of random files, and shows the first of each kind that no known difference explains. */
function compareRandom(total: number, seed: number): boolean {
  const counts = new Map<string, number>();
  let unexplained = 0;
  const batch = 10_000;
  for (let done = 0; done < total; done += batch) {
    const files = fc.sample(randomFile, { seed: seed + done, numRuns: Math.min(batch, total - done) });
    const theirs = referenceVerdicts(files, values.python);
    for (const [index, file] of files.entries()) {
      const { verdict, reason } = ourVerdict(file);
      const their = theirs[index]!;
      const known = verdict ? undefined : knownDifference(file, reason!, their);
      const same = verdict ? 'both accept, and read the same' : 'both refuse';
      const kind = canonical(verdict) === canonical(their) ? same : known && `refused here alone: ${known}`;
      if (!kind && ++unexplained <= 5)
        console.log('NOT EXPLAINED', file.toString('base64'), reason ?? canonical(verdict), canonical(their));
      counts.set(kind ?? 'not explained', (counts.get(kind ?? 'not explained') ?? 0) + 1);
    }
  }
  for (const [kind, count] of [...counts].sort(([, a], [, b]) => b - a)) console.log(String(count).padStart(9), kind);
  return unexplained === 0;
}

if (values.write) writeFileSync(recordedFile, `${JSON.stringify(corpusVerdicts(), null, 1)}\n`);
else if (values.check) process.exitCode = check() ? 0 : 1;
else if (values.random) process.exitCode = compareRandom(Number(values.random), Number(values.seed)) ? 0 : 1;
else throw new Error('Say --write, --check or --random N.');
