// The corpus that every installation can have: text out of its own dependencies.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { TokenizerName } from '../../shared/worker-messages.ts';
import type { NewCorpus } from './corpora.ts';

export const dependencyTextName = (tokenizer: TokenizerName): string =>
  tokenizer === 'bytes' ? 'dependency-text' : `dependency-text-${tokenizer}`;

/** @throws LabError 'corpus' for an installation that keeps its dependencies nowhere */
export const dependencyText = (tokenizer: TokenizerName): NewCorpus => ({
  name: dependencyTextName(tokenizer),
  sources: [{ path: installedModules(import.meta.dirname), preset: 'dependency-text' }],
  tokenizer,
});

/** The node_modules folder that this program was installed with. */
function installedModules(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, 'node_modules');
    if (existsSync(join(modules, '.package-lock.json'))) return modules;
    if (dirname(at) === at) break;
  }
  throw new LabError('corpus', 'This installation has no node_modules folder to take text from.', {
    field: 'corpus',
    remedy: 'Add a corpus of your own: simbal corpus add FOLDER --name NAME.',
  });
}
