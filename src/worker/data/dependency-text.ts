// A corpus that every installation already has: readable text of its own node_modules, four kinds of it as domains.
// It holds real prose, code, type declarations and data, costs no download, and is the same for the same lockfile: what an
// installation may have or hold otherwise than another is left out, and the choice among the rest is made by hashes of paths.

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../shared/errors.ts';
import { walk } from './files.ts';
import type { SourceDocument, SourceListener } from './sources.ts';

/** About so many bytes are chosen, shared equally by the kinds. */
export const dependencyTextBytes = 8_000_000;

const kinds = ['source code', 'type declarations', 'documentation', 'data'] as const;
type Kind = (typeof kinds)[number];

const smallestFile = 200;
const largestFile = 220_000;
const longestLine: Record<Kind, number> = {
  'source code': 400,
  'type declarations': 400,
  documentation: 2000,
  data: 400,
};
/** A package gives at most this share of a kind, so that the large ones do not speak for all. */
const packageShare = 1 / 8;
/** Fetches a binary distribution into its own folder without an install script. */
const fetchesItself = new Set(['node_modules/electron']);

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      optional: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      link: z.boolean().optional(),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).optional(),
    }),
  ),
});

interface Candidate {
  path: string;
  name: string;
  rank: string;
  package: string;
  kind: Kind;
  bytes: number;
}

/**
 * The chosen documents, kind by kind.
 * @param folder a node_modules folder that npm filled.
 * @throws LabError 'corpus' when the folder has no lockfile of npm's, or cannot be read.
 */
export function* dependencyDocuments(folder: string, listener: SourceListener): Generator<SourceDocument> {
  const candidates = portablePackages(folder).flatMap((name) => candidatesOf(folder, name));
  candidates.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const seen = new Set<string>();
  for (const kind of kinds) {
    const quota = dependencyTextBytes / kinds.length;
    const given = new Map<string, number>();
    let total = 0;
    for (const candidate of candidates) {
      if (candidate.kind !== kind || total + candidate.bytes > quota) continue;
      const fromPackage = (given.get(candidate.package) ?? 0) + candidate.bytes;
      if (fromPackage > quota * packageShare) continue;
      const bytes = readFileSync(candidate.path);
      const digest = createHash('sha256').update(bytes).digest('base64');
      if (seen.has(digest) || !isReadable(bytes, longestLine[kind])) continue;
      seen.add(digest);
      given.set(candidate.package, fromPackage);
      total += bytes.length;
      listener.read(bytes.length);
      yield { place: candidate.path, domain: kind, text: [bytes.toString('utf8')] };
    }
  }
}

/** Packages that every installation of the lockfile has, with the same content on every machine. */
function portablePackages(folder: string): string[] {
  const lock = join(folder, '.package-lock.json');
  const problem = (what: string) =>
    new LabError('corpus', `${folder} ${what}, so its text cannot be chosen reproducibly.`, {
      field: folder,
      remedy: 'Name a node_modules folder that "npm ci" or "npm install" filled.',
    });
  if (!existsSync(lock)) throw problem('has no .package-lock.json');
  let packages: z.infer<typeof lockSchema>['packages'];
  try {
    packages = lockSchema.parse(JSON.parse(readFileSync(lock, 'utf8'))).packages;
  } catch {
    throw problem('has a .package-lock.json that npm did not write');
  }
  return Object.entries(packages)
    .filter(([name, entry]) => {
      const differs =
        entry.optional || entry.devOptional || entry.hasInstallScript || entry.link || entry.os || entry.cpu;
      return name.startsWith('node_modules/') && !name.includes('..') && !differs && !fetchesItself.has(name);
    })
    .map(([name]) => name.slice('node_modules/'.length))
    .filter((name) => existsSync(join(folder, name)))
    .sort();
}

function candidatesOf(folder: string, packageName: string): Candidate[] {
  const all: Candidate[] = [];
  for (const file of walk(join(folder, packageName), () => {})) {
    const kind = kindOf(file.names.at(-1)!);
    const nested = file.names.includes('node_modules');
    if (!kind || nested || file.bytes < smallestFile || file.bytes > largestFile) continue;
    const name = [packageName, ...file.names].join('/');
    const rank = createHash('sha256').update(name).digest('hex');
    all.push({ path: file.path, name, rank, package: packageName, kind, bytes: file.bytes });
  }
  return all;
}

function kindOf(name: string): Kind | null {
  if (/\.d\.[cm]?ts$/.test(name)) return 'type declarations';
  if (/\.min\.[cm]?js$/.test(name)) return null;
  if (/\.[cm]?[jt]s$/.test(name)) return 'source code';
  if (/\.md$/i.test(name) || /^(licen[cs]e|readme|changelog|notice)/i.test(name)) return 'documentation';
  return /\.json$/.test(name) ? 'data' : null;
}

/** Text that a person wrote or could read: no binary, no minified or generated lines. */
function isReadable(bytes: Buffer, longest: number): boolean {
  if (bytes.includes(0) || !isUtf8(bytes)) return false;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (end - start > longest) return false;
    start = end + 1;
  }
  return bytes.length - start <= longest;
}
