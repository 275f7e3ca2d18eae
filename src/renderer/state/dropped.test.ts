import { expect, test } from 'vitest';
import { type DroppedFile, decide } from './dropped.ts';

const file = (name: string, content: string | Uint8Array<ArrayBuffer>, path = `/home/${name}`): DroppedFile => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name,
    folder: false,
    size: bytes.length,
    path,
    read: async (from, to) => bytes.slice(from, to),
    children: async () => [],
  };
};
const folder = (name: string, children: DroppedFile[] = []): DroppedFile => ({
  ...file(name, ''),
  folder: true,
  read: () => Promise.reject(new Error()),
  children: async () => children,
});

test('one JSON file with a model is a configuration', async () => {
  const value = { model: { width: 64 } };
  expect(await decide([file('run.json', JSON.stringify(value))])).toEqual({
    kind: 'configuration',
    name: 'run.json',
    value,
  });
});

test.each(['{', '[]', 'null', '{"model": 3}', '{"documents": []}'])(
  'the JSON file %j is a text like others',
  async (text) => {
    expect(await decide([file('data.json', text)])).toMatchObject({ kind: 'text', paths: ['/home/data.json'] });
  },
);

test('folders and text files are a corpus, together too', async () => {
  const utf16 = new Uint8Array([0xff, 0xfe, 65, 0]);
  expect(await decide([folder('texts'), file('a.md', '# A'), file('b.txt', utf16)])).toEqual({
    kind: 'text',
    paths: ['/home/texts', '/home/a.md', '/home/b.txt'],
    names: ['texts', 'a.md', 'b.txt'],
  });
});

test('what lies nowhere has a name alone', async () => {
  expect(await decide([file('a.txt', 'words', '')])).toEqual({ kind: 'text', paths: [], names: ['a.txt'] });
});

test('a bundle and the event files of TensorBoard are imported; a zip file in name alone is not', async () => {
  const zip = new Uint8Array([0x50, 0x4b, 3, 4, 0]);
  expect(await decide([file('runs.zip', zip)])).toEqual({ kind: 'import', path: '/home/runs.zip' });
  expect(await decide([file('events.out.tfevents.1', zip, '')])).toEqual({ kind: 'import', path: '' });
  expect(await decide([file('runs.zip', 'words')])).toMatchObject({ kind: 'text' });
});

test('anything else is told what to be', async () => {
  const told = await decide([file('a.txt', 'words'), file('b.bin', new Uint8Array([1, 0, 2]))]);
  expect(told).toMatchObject({ kind: 'nothing', message: expect.stringContaining('“b.bin”') });
  expect(await decide([])).toMatchObject({ kind: 'nothing' });
});

test('weights, an index, a state or a store are to be inspected, in a folder too', async () => {
  const shard = file('model-00001-of-00002.safetensors', 'x');
  expect(await decide([shard])).toMatchObject({ kind: 'checkpoint', paths: [shard.path], names: [shard.name] });
  expect(await decide([file('lab.sqlite', new Uint8Array(3))])).toMatchObject({ kind: 'checkpoint' });
  expect(await decide([file('model.safetensors.index.json', '{}')])).toMatchObject({ kind: 'checkpoint' });
  const held = [file('config.json', '{}', ''), file('model.safetensors', 'x', ''), file('README.md', '#', '')];
  expect(await decide([folder('olmoe', held)])).toEqual({
    kind: 'checkpoint',
    paths: ['/home/olmoe'],
    names: ['olmoe'],
    files: held.slice(0, 2),
  });
});

test('where the inspector is shown, it takes what is of no other use', async () => {
  const strange = file('weights.bin', new Uint8Array([1, 0, 2]));
  expect(await decide([strange], true)).toMatchObject({ kind: 'checkpoint', paths: ['/home/weights.bin'] });
  const run = file('run.json', JSON.stringify({ model: {} }));
  expect(await decide([run], true)).toMatchObject({ kind: 'configuration' });
});
