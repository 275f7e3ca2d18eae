// What is installed: the same bytes on every machine, from the registry alone, running nothing while it is installed, under
// licences that ask for no more than to be named.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { licencesMarkdown, lockedPackages, packageName } from '../scripts/write-licences.ts';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const packages = [...lockedPackages()];

/** The formatter for platforms where it could not be looked up: pinned by version alone, used by nobody who only runs the lab. */
const withoutHash = /^node_modules\/@biomejs\/cli-/;

/** What may be shipped beside MIT code without conditions on it; MPL, CC-BY and OFL bind the package itself. */
const permissive = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
]);
const bindingItself = new Set(['MPL-2.0', 'CC-BY-4.0', 'OFL-1.1']);

test('every package is pinned by its hash and comes from the registry', () => {
  const loose = packages.filter(([path, locked]) => {
    const hashed = /^sha512-[A-Za-z0-9+/]{86}==$/.test(locked.integrity ?? '');
    const excepted = withoutHash.test(path) && locked.dev && locked.optional;
    return !(hashed || excepted) || locked.resolved !== undefined || locked.link;
  });
  expect(loose).toEqual([]);
  expect(packages.length).toBeGreaterThan(100);
});

test('what is asked for is one version, which is the locked one', () => {
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries(manifest[kind]!)) {
      expect([name, lockedPackages().get(`node_modules/${name}`)?.version]).toEqual([name, version]);
    }
  }
});

test('no package runs a script at install but the pinned Node', () => {
  const asking = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => packageName(path));
  const decided = manifest.allowScripts!;
  for (const name of asking) expect([name, decided[name]]).toEqual([name, name === 'node']);
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});

test('licences ask for no more than to be named', () => {
  const refused = packages.filter(([, { license, dev, optional }]) => {
    if (license === undefined) return !(dev && optional);
    const terms = license.replace(/[()]/g, '').split(/ (?:AND|OR) /);
    return !terms.every((term) => permissive.has(term) || bindingItself.has(term));
  });
  expect(refused).toEqual([]);
});

test('docs/licences.md is what is locked; scripts/write-licences.ts writes it', () => {
  expect(readFileSync(join(root, 'docs', 'licences.md'), 'utf8')).toBe(licencesMarkdown());
});
