import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dependencyDocuments, dependencyTextBytes } from './dependency-text.ts';
import { prepareCorpus } from './prepare.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

const installed = join(import.meta.dirname, '../../../node_modules');
const listener = { skip() {}, read() {} };
const choose = (folder: string) =>
  Array.from(dependencyDocuments(folder, listener), ({ place, domain, text }) => ({
    name: place.slice(folder.length + 1).replaceAll('\\', '/'),
    domain,
    text: [...text].join(''),
  }));

const prose = (word: string) => `${word} and some more words to make it long enough.\n`.repeat(10);
const lock = (packages: Record<string, object>) => JSON.stringify({ lockfileVersion: 3, packages });

test('it takes readable files of portable packages, each once, by kind', () => {
  const folder = temporaryFolder({
    '.package-lock.json': lock({
      'node_modules/plain': {},
      'node_modules/native': { hasInstallScript: true },
      'node_modules/linux-only': { os: ['linux'] },
      'node_modules/perhaps': { optional: true },
      'node_modules/not-installed': {},
    }),
    'plain/index.js': prose('code'),
    'plain/index.d.ts': prose('types'),
    'plain/README.md': prose('readme'),
    'plain/LICENSE': prose('licence'),
    'plain/copy/LICENSE': prose('licence'),
    'plain/data.json': prose('data'),
    'plain/index.min.js': prose('minified'),
    'plain/index.js.map': prose('map'),
    'plain/long.js': 'x'.repeat(5000),
    'plain/tiny.js': 'x',
    'plain/binary.js': Buffer.from(`${prose('nul')}\0`),
    'plain/node_modules/inner/index.js': prose('inner'),
    'native/index.js': prose('native'),
    'linux-only/index.js': prose('linux'),
    'perhaps/index.js': prose('perhaps'),
    'unknown/index.js': prose('unknown'),
  });
  const chosen = choose(folder).map(({ name, domain }) => `${domain}: ${name.replace('copy/', '')}`);
  expect(chosen.sort()).toEqual([
    'data: plain/data.json',
    'documentation: plain/LICENSE',
    'documentation: plain/README.md',
    'source code: plain/index.js',
    'type declarations: plain/index.d.ts',
  ]);
});

test('what is installed here gives the same balanced text twice', async () => {
  const chosen = choose(installed);
  expect(choose(installed)).toEqual(chosen);
  const bytes = new Map<string, number>();
  for (const { domain, text } of chosen) bytes.set(domain, (bytes.get(domain) ?? 0) + Buffer.byteLength(text));
  expect([...bytes.keys()].sort()).toEqual(['data', 'documentation', 'source code', 'type declarations']);
  for (const amount of bytes.values()) {
    expect(amount).toBeLessThanOrEqual(dependencyTextBytes / 4);
    expect(amount).toBeGreaterThan(dependencyTextBytes / 10);
  }
  const folder = join(temporaryFolder(), 'out');
  const sources = [{ path: installed, preset: 'dependency-text' as const }];
  const description = await prepareCorpus({ sources, tokenizer: 'bytes', validationShare: 0.05, folder, name: 'demo' });
  expect(description.documents.duplicates).toBe(0);
  expect(description.bytes).toBe([...bytes.values()].reduce((sum, amount) => sum + amount));
  expect(Object.keys(description.domains).sort()).toEqual([...bytes.keys()].sort());
});

test('a folder that npm did not fill is refused', () => {
  expect(() => choose(temporaryFolder())).toThrow('has no .package-lock.json');
  expect(() => choose(temporaryFolder({ '.package-lock.json': '[]' }))).toThrow('npm did not write');
});
