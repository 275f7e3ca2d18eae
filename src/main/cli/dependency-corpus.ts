// The corpus that every installation has: text out of its own dependencies, prepared once and then only found again.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { TokenizerName } from '../../shared/worker-messages.ts';
import { corpusFolder } from '../lab/corpora.ts';
import type { Lab } from '../lab/index.ts';
import type { Session } from './session.ts';

export const dependencyCorpusName = (tokenizer: TokenizerName): string =>
  tokenizer === 'bytes' ? 'dependency-text' : `dependency-text-${tokenizer}`;

/** Prepares it where the lab does not have it yet. Its name. */
export async function dependencyCorpus(lab: Lab, tokenizer: TokenizerName, session: Session): Promise<string> {
  const name = dependencyCorpusName(tokenizer);
  const known = lab.store.corpora
    .list()
    .some(
      ({ description }) => description.name === name && existsSync(corpusFolder(lab.store.paths, description.hash)),
    );
  if (known) return name;
  session.say(`Preparing the corpus "${name}" (about 8 MB of text from the dependencies; once) …`);
  const sources = [{ path: installedModules(import.meta.dirname), preset: 'dependency-text' as const }];
  await lab.addCorpus({ name, sources, tokenizer });
  return name;
}

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
