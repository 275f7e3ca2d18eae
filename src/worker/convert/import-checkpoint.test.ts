import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readState } from '../checkpoint/checkpoint-state.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { convertJob, importedCorpus } from './convert-job.ts';

const checkpoint = join(import.meta.dirname, '../../../test/fixtures/studies/step-40');

async function taken(path: string, parent: string, context?: number) {
  const more = context === undefined ? {} : { context };
  const event = await convertJob(
    { task: 'import', paths: [path], parent, name: 'taken in', ...more },
    new AbortController().signal,
  );
  if (event.type !== 'imported') throw new Error(event.type);
  return event.imported;
}

test.each(['', 'model.safetensors', 'state.json'])(
  'of a checkpoint, by its %j, everything comes in as it was',
  async (file) => {
    const { checkpoint: written, configuration, corpusHash } = await taken(join(checkpoint, file), temporaryFolder());
    for (const name of ['model.safetensors', 'optimizer.safetensors'])
      expect(readFileSync(join(written.folder, name))).toEqual(readFileSync(join(checkpoint, name)));
    const { state } = await readState(join(written.folder, 'state.json'));
    const { state: before } = await readState(join(checkpoint, 'state.json'));
    const renamed = { ...before.configuration, name: 'taken in', corpus: importedCorpus };
    expect(state).toEqual({ ...before, configuration: renamed });
    expect([configuration, corpusHash, written.step]).toEqual([renamed, before.corpusHash, 40]);
  },
);

test('one that is damaged, or made for another context, leaves nothing behind', async () => {
  const place = temporaryFolder();
  const [damaged, parent] = [join(place, 'damaged'), join(place, 'parent')];
  cpSync(checkpoint, damaged, { recursive: true });
  const optimizer = join(damaged, 'optimizer.safetensors');
  const bytes = readFileSync(optimizer);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(optimizer, bytes);
  await expect(taken(damaged, parent)).rejects.toMatchObject({ code: 'checkpoint', field: optimizer });
  await expect(taken(checkpoint, parent, 8)).rejects.toMatchObject({
    code: 'checkpoint',
    field: 'context',
    value: '8',
  });
  expect(existsSync(parent)).toBe(false);
});
