// Our reader against what the reference library said of the corpus (verdicts.json; ./compare.ts writes and checks it).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../src/worker/checkpoint/safetensors-read.ts';
import { temporaryFolder } from '../../src/worker/data/temporary-folder.testing.ts';
import { corpus } from './corpus.ts';
import { differences } from './differences.ts';
import { acceptedOf, contentOf, readRecorded, recorded } from './recorded.ts';
import { ourVerdict, verdictOf } from './verdict.ts';

const verdicts = readRecorded();
const met = new Set<string>();

test('the verdicts are those of the corpus', () => {
  expect(Object.keys(verdicts)).toEqual(Object.keys(corpus));
});

describe('judged as the reference library does', () => {
  test.each(Object.keys(corpus))('%s', async (name) => {
    const files = corpus[name]!();
    const family = verdicts[name]!;
    expect(recorded(files, []).sha256).toBe(family.sha256);
    const theirs = acceptedOf(family);
    const disagreements: string[] = [];
    const path = join(temporaryFolder(), 'file.safetensors');
    const opened = new Set<string>();
    for (const [index, file] of files.entries()) {
      const { verdict, reason } = ourVerdict(file);
      const [ours, their] = [verdict && contentOf(verdict), theirs.get(index) ?? null];
      if (ours === their) {
        // From the disk the same is read: once for each content.
        if (!verdict || opened.has(ours!)) continue;
        opened.add(ours!);
        writeFileSync(path, file);
        const source = await openSafetensors(path);
        expect(contentOf(verdictOf(source, file))).toBe(ours);
        await source.close();
        continue;
      }
      const known = reason !== null && their !== null && differences.find(({ refusal }) => refusal.test(reason));
      if (known) met.add(known.what);
      else
        disagreements.push(
          `${index} ${file.subarray(0, 300).toString('latin1')}: ours ${ours ?? reason}, theirs ${their}`,
        );
    }
    expect(disagreements).toEqual([]);
  });

  test('every known difference is one', () => {
    expect(differences.map(({ what }) => what).filter((what) => !met.has(what))).toEqual([]);
  });
});
