import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder } from './new-folder.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: no`), { code });

test('the folder appears whole, with what its maker returned', async () => {
  const folder = join(temporaryFolder(), 'deep', 'down');
  const result = await createFolder(folder, async (temporary) => {
    writeFileSync(join(temporary, 'a'), 'a');
    expect(readdirSync(join(folder, '..'))).toHaveLength(1);
    return 5;
  });
  expect(result).toBe(5);
  expect(readdirSync(folder)).toEqual(['a']);
});

test.each([
  ['ENOSPC', 'The disk is full'],
  ['EACCES', 'could not be written to'],
  ['ENOTEMPTY', 'exists already'],
])('%s becomes a plain sentence and leaves nothing behind', async (code, message) => {
  const parent = temporaryFolder();
  const made = createFolder(join(parent, 'new'), async (temporary) => {
    writeFileSync(join(temporary, 'half'), 'half');
    throw failure(code);
  });
  await expect(made).rejects.toMatchObject({ name: 'LabError', message: expect.stringContaining(message) });
  expect(readdirSync(parent)).toEqual([]);
});

test('a folder that appeared meanwhile is not replaced', async () => {
  const parent = temporaryFolder();
  const inner = (name: string) => async (temporary: string) => writeFileSync(join(temporary, name), name);
  const slow = createFolder(join(parent, 'new'), async (temporary) => {
    await createFolder(join(parent, 'new'), inner('first'));
    await inner('second')(temporary);
  });
  await expect(slow).rejects.toThrow('exists already');
  expect(readdirSync(join(parent, 'new'))).toEqual(['first']);
  expect(readdirSync(parent)).toEqual(['new']);
});
