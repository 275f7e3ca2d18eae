// Fetches wheels through this machine's own pip, so that its indices, mirrors and certificates hold here as well; pip checks each against
// its index, and what it saved is checked once more against pip's report.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../src/shared/errors.ts';
import { attempt, lastWords, run, sentence } from './program.ts';
import { fileHash } from './wheel.ts';

const python = 'python3';

/** @throws LabError where there is no Python, or none with pip. */
export async function requirePip(signal?: AbortSignal): Promise<void> {
  const remedy = 'Install Python 3 with pip ("apt install python3-pip"), or give a wheel with --wheel PATH.';
  const found = await attempt(python, ['-m', 'pip', '--version'], { signal });
  if (found === null) throw new LabError('engine', 'There is no python3 here to fetch TensorFlow with.', { remedy });
  if (found.code !== 0)
    throw new LabError('engine', `The python3 here has no pip: ${sentence(lastWords(found))}`, { remedy });
}

// Only libraries are taken out of a wheel, so one for another Python than this machine's serves as well.
const pythons = [[], ['--python-version', '3.12']];

/**
 * Saves one wheel for each requirement ("tensorflow-cpu~=2.21.0") in `folder`, without what they depend on.
 * @returns their paths
 */
export async function fetchWheels(
  requirements: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const only = ['--no-deps', '--only-binary', ':all:', '--quiet', '--disable-pip-version-check'];
  let failure = '';
  for (const version of pythons) {
    const args = [...only, ...version, ...requirements];
    const ended = await attempt(python, ['-m', 'pip', 'download', '--dest', folder, ...args], { signal });
    if (ended?.code === 0) {
      await requireReported(args, folder, signal);
      return readdirSync(folder)
        .filter((file) => file.endsWith('.whl'))
        .map((file) => join(folder, file));
    }
    failure ||= ended ? lastWords(ended) : 'pip is gone';
  }
  throw new LabError('engine', `pip could not fetch ${requirements.join(', ')}: ${sentence(failure)}`, {
    remedy: 'Look at the network and at "python3 -m pip config list", or give a wheel with --wheel PATH.',
  });
}

interface Report {
  install: { download_info: { url: string; archive_info?: { hashes?: { sha256?: string } } } }[];
}

/** @throws LabError when a saved wheel has not the hash that the index has for it. */
async function requireReported(args: readonly string[], folder: string, signal?: AbortSignal): Promise<void> {
  // --target because pip reports on another Python than its own only with it; a dry run writes nothing there.
  const dry = ['--dry-run', '--ignore-installed', '--target', folder, '--report', '-'];
  const text = await run(python, ['-m', 'pip', 'install', ...dry, ...args], {
    failure: 'pip did not report the hashes of what it fetched',
    remedy: 'Update pip to 22.2 or newer, or give a wheel with --wheel PATH.',
    signal,
  });
  for (const { download_info } of (JSON.parse(text) as Report).install) {
    const file = decodeURIComponent(new URL(download_info.url).pathname.split('/').at(-1)!);
    const expected = download_info.archive_info?.hashes?.sha256;
    if (expected === undefined || (await fileHash(join(folder, file), signal)) !== expected) {
      throw new LabError('engine', `${file} is not what the package index says: its sha256 differs, or is not there.`, {
        field: file,
        remedy: 'Try again; if it stays so, do not use that index.',
      });
    }
  }
}

/** "name<specification>" of what METADATA wants for `extra`. */
export function extraRequirements(metadata: string, extra: string): string[] {
  return metadata.split(/\r?\n/).flatMap((line) => {
    const found = /^Requires-Dist: ([^;]+?)\s*;\s*extra == ["']([^"']+)["']$/.exec(line);
    return found?.[2] === extra ? [found[1]!.replace(/\s/g, '')] : [];
  });
}
