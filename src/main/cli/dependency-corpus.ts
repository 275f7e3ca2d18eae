// The corpus out of the installation's own dependencies, prepared once and then only found again.
import { existsSync } from 'node:fs';
import type { TokenizerName } from '../../shared/worker-messages.ts';
import { corpusFolder } from '../lab/corpora.ts';
import { dependencyText, dependencyTextName } from '../lab/dependency-text.ts';
import type { Lab } from '../lab/index.ts';
import type { Session } from './session.ts';

/** Prepares it where the lab does not have it yet. Its name. */
export async function dependencyCorpus(lab: Lab, tokenizer: TokenizerName, session: Session): Promise<string> {
  const name = dependencyTextName(tokenizer);
  const known = lab.store.corpora
    .list()
    .some(
      ({ description }) => description.name === name && existsSync(corpusFolder(lab.store.paths, description.hash)),
    );
  if (known) return name;
  session.say(`Preparing the corpus "${name}" (about 8 MB of text from the dependencies; once) …`);
  await lab.addCorpus(dependencyText(tokenizer));
  return name;
}
