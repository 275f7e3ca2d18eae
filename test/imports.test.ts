// The arrows that ARCHITECTURE.md allows between folders; any other import is a defect. Tests may look everywhere.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** What a folder under src may import: other folders under src, and packages by name or, with a trailing slash, by scope. */
const allowed: Record<string, { folders: string[]; packages: string[] }> = {
  shared: { folders: ['shared'], packages: ['zod'] },
  worker: {
    folders: ['worker', 'shared'],
    packages: ['@tensorflow/tfjs', 'onnxruntime-node', '@bufbuild/protobuf', 'gpt-tokenizer', 'zod', 'node:'],
  },
  charts: { folders: ['charts', 'shared'], packages: ['d3'] },
  main: {
    folders: ['main', 'shared', 'charts'],
    packages: [
      'better-sqlite3',
      'electron',
      'commander',
      'ws',
      'zod',
      'yazl',
      'yauzl',
      'hyparquet-writer',
      '@bufbuild/protobuf',
      'node:',
    ],
  },
  preload: { folders: ['preload', 'shared'], packages: ['electron'] },
  renderer: { folders: ['renderer', 'shared', 'charts'], packages: ['svelte', 'd3'] },
};

/** Packages that one folder alone may import. */
const reserved: [pattern: RegExp, folder: string][] = [
  [/^better-sqlite3$/, 'main/store'],
  [/^(node:)?child_process$/, 'main/compute'],
  [/^electron(\/.*)?$/, 'main/electron'],
  [/^onnxruntime-node$/, 'worker/engine'],
];

interface Import {
  file: string;
  from: string;
}

const posix = (path: string) => path.split(sep).join('/');

function importsUnder(folder: string): Import[] {
  const files = globSync(`${folder}/**/*.{ts,svelte}`, { cwd: root }).filter(
    (file) => !/\.(test|testing|as)\.ts$/.test(file),
  );
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const found = source.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g,
    );
    return [...found].map((match) => ({ file: posix(file), from: (match[1] ?? match[2] ?? match[3])! }));
  });
}

function offence({ file, from }: Import): string | null {
  const [, area = ''] = file.split('/');
  const rules = allowed[area];
  if (!rules) return `${file} lies in src/${area}, which ARCHITECTURE.md does not know`;
  if (from.startsWith('.')) {
    const target = posix(relative(root, resolve(root, dirname(file), from)));
    const folder = target.split('/')[1] ?? '';
    return target.startsWith('src/') && rules.folders.includes(folder) ? null : `${file} imports ${target}`;
  }
  const home = reserved.find(([pattern]) => pattern.test(from))?.[1];
  if (home !== undefined) {
    const inside = file.startsWith(`src/${home}/`) || (from === 'electron' && area === 'preload');
    return inside ? null : `${file} imports ${from}, which belongs to src/${home}`;
  }
  const known = rules.packages.some((name) =>
    name.endsWith(':') ? from.startsWith(name) : from === name || from.startsWith(`${name}/`),
  );
  return known ? null : `${file} imports the package ${from}`;
}

test('every import follows ARCHITECTURE.md', () => {
  const imports = importsUnder('src');
  expect(imports.length).toBeGreaterThan(50);
  expect(imports.map(offence).filter((found) => found !== null)).toEqual([]);
});

test('ONNX Runtime loads through its one door, which keeps it from telling anybody what is done here', async () => {
  const { ort } = await import('../src/worker/engine/onnx/onnxruntime.ts');
  expect(ort.env.versions.node).toBeTruthy();
  expect(process.env.ORT_DISABLE_TELEMETRY).toBe('1');
  const values = globSync('src/**/*.ts', { cwd: root })
    .filter((file) => /^import (?!type)[^;]*from 'onnxruntime-node'/m.test(readFileSync(join(root, file), 'utf8')))
    .map(posix);
  expect(values).toEqual([]);
});

test('a forbidden import is seen', () => {
  expect(offence({ file: 'src/worker/train.ts', from: '../main/store/index.ts' })).toMatch('imports src/main/store');
  expect(offence({ file: 'src/main/lab/lab.ts', from: 'better-sqlite3' })).toMatch('belongs to src/main/store');
  expect(offence({ file: 'src/shared/errors.ts', from: 'node:fs' })).toMatch('package node:fs');
});
