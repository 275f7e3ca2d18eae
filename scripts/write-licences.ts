// Writes docs/licences.md from package-lock.json. Run it after a dependency changed: node scripts/run.mjs scripts/write-licences.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

export interface LockedPackage {
  version: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
}

/** The packages of package-lock.json by their path under the root, without the project itself. */
export function lockedPackages(): Map<string, LockedPackage> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return new Map(Object.entries(packages).filter(([path]) => path !== ''));
}

export const packageName = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function table(packages: [path: string, LockedPackage][]): string {
  const rows = packages.map(([path, { version, license }]) => `| ${packageName(path)} | ${version} | ${license} |`);
  return ['| package | version | licence |', '| --- | --- | --- |', ...[...new Set(rows)].sort()].join('\n');
}

export function licencesMarkdown(): string {
  // What is built for other platforms only carries the licence of the package that chooses it.
  const packages = [...lockedPackages()].filter(([, { license }]) => license !== undefined);
  return `# What the lab is built on

SimBal Lab itself is under the MIT licence. It installs the packages below, each under its own licence, whose text lies in the package's
folder under \`node_modules\`. Written from \`package-lock.json\` by \`scripts/write-licences.ts\`.

## While the lab runs

${table(packages.filter(([, { dev }]) => !dev))}

## While it is built, tested and started

${table(packages.filter(([, { dev }]) => dev))}
`;
}

if (import.meta.main) {
  const file = join(root, 'docs', 'licences.md');
  writeFileSync(file, licencesMarkdown());
  process.stdout.write(`${file}\n`);
}
