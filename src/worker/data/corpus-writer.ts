// Writes the files of a corpus, one document after the other. A document's tokens go to the training file as they come; its
// hash, known at its end, decides whether they stay, move to validation, or go (a duplicate).
import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import {
  type CorpusFile,
  contentHash,
  descriptionFile,
  documentsFile,
  formatVersion,
  mostDomains,
  type Split,
  tokensFile,
  tokenWidth,
} from './corpus-format.ts';
import { DocumentTable } from './document-table.ts';
import { HashSet } from './hash-set.ts';
import { TokenFile } from './token-file.ts';
import type { Tokenizer } from './tokenizers.ts';

type Domain = CorpusFile['domains'][number];

interface SplitWriter {
  tokens: TokenFile;
  documents: DocumentTable;
}

export class CorpusWriter {
  readonly #folder: string;
  readonly #tokenizer: Tokenizer;
  readonly #validationShare: number;
  readonly #seen = new HashSet();
  readonly #domains: Domain[] = [];
  readonly #indices = new Map<string, number>();
  readonly #splits: Record<Split, SplitWriter>;
  #begin = 0;
  #duplicates = 0;
  #open = true;

  /** @param folder an empty folder. */
  constructor(folder: string, tokenizer: Tokenizer, validationShare: number) {
    this.#folder = folder;
    this.#tokenizer = tokenizer;
    this.#validationShare = validationShare;
    const writer = (split: Split): SplitWriter => ({
      tokens: new TokenFile(join(folder, tokensFile(split)), tokenWidth(tokenizer.vocabulary)),
      documents: new DocumentTable(),
    });
    this.#splits = { train: writer('train'), validation: writer('validation') };
  }

  /** Documents committed so far, duplicates left out. */
  get documents(): number {
    return this.#seen.size;
  }

  begin(): void {
    this.#begin = this.#splits.train.tokens.position;
  }

  append(tokens: ArrayLike<number>): void {
    this.#splits.train.tokens.append(tokens);
  }

  /** Forgets the document that was begun. */
  drop(): void {
    this.#splits.train.tokens.rewind(this.#begin);
  }

  /** Ends the document that was begun. The first always trains, so that one document makes a corpus (see #splitTail). */
  commit(digest: Buffer, label: string, bytes: number): void {
    if (!this.#seen.add(digest)) {
      this.#duplicates++;
      this.drop();
      return;
    }
    const { train, validation } = this.#splits;
    train.tokens.append([this.#tokenizer.endOfDocument]);
    const { domain, index } = this.#domain(label);
    domain.documents++;
    domain.tokens += train.tokens.position - this.#begin;
    domain.bytes += bytes;
    const validates = digest.readUIntBE(16, 6) / 2 ** 48 < this.#validationShare && train.documents.length > 0;
    if (validates) train.tokens.moveTail(this.#begin, validation.tokens);
    const split = validates ? validation : train;
    split.documents.add(split.tokens.position, index);
  }

  /** Writes everything that remains and returns what corpus.json says. */
  async finish(
    name: string,
    skipped: Record<string, number>,
    onHashed: (done: number, total: number) => void,
  ): Promise<CorpusFile> {
    const { train, validation } = this.#splits;
    if (validation.documents.length === 0) this.#splitTail();
    if (validation.tokens.position < 2 || train.tokens.position < 2) throw this.#tooSmall();
    this.#open = false;
    for (const split of ['train', 'validation'] as const) {
      this.#splits[split].tokens.finish();
      writeDurably(join(this.#folder, documentsFile(split)), this.#splits[split].documents.toBytes());
    }
    const domains = this.#domains;
    const content = {
      tokenizer: this.#tokenizer.name,
      vocabulary: this.#tokenizer.vocabulary,
      documents: {
        train: train.documents.length,
        validation: validation.documents.length,
        duplicates: this.#duplicates,
      },
      tokens: { train: train.documents.end, validation: validation.documents.end },
      domains,
    };
    const hash = await contentHash(this.#folder, content, onHashed);
    const file: CorpusFile = {
      format: 'simbal-corpus',
      version: formatVersion,
      name,
      hash,
      ...content,
      bytes: domains.reduce((sum, { bytes }) => sum + bytes, 0),
      skipped,
    };
    writeDurably(join(this.#folder, descriptionFile), `${JSON.stringify(file, null, 2)}\n`);
    return file;
  }

  /** Closes the files of a corpus that was not finished. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { tokens } of Object.values(this.#splits)) tokens.abandon();
  }

  /**
   * Few documents, and the hash chose none for validation: the last share of the tokens becomes validation. The document
   * that the cut falls into becomes two.
   */
  #splitTail(): void {
    const { train, validation } = this.#splits;
    const total = train.tokens.position;
    const cut = total - Math.max(2, Math.round(total * this.#validationShare));
    if (cut < 1) throw this.#tooSmall();
    const from = train.documents.at(cut);
    const length = train.documents.length;
    train.tokens.moveTail(cut, validation.tokens);
    for (let document = from; document < length; document++) {
      validation.documents.add(train.documents.endOf(document) - cut, train.documents.domainOf(document));
    }
    train.documents.truncate(from);
    if (train.documents.end === cut) return;
    const index = validation.documents.domainOf(0);
    train.tokens.append([this.#tokenizer.endOfDocument]);
    train.documents.add(cut + 1, index);
    const domain = this.#domains[index]!;
    domain.documents++;
    domain.tokens++;
  }

  #domain(label: string): { domain: Domain; index: number } {
    const index = this.#indices.get(label);
    if (index !== undefined) return { domain: this.#domains[index]!, index };
    if (this.#domains.length === mostDomains) {
      throw new LabError('corpus', `The corpus has more than ${mostDomains} domains; the next is "${label}".`, {
        field: 'domainBy',
        value: label,
        remedy: 'Label by something that has fewer values.',
      });
    }
    this.#indices.set(label, this.#domains.length);
    this.#domains.push({ label, documents: 0, tokens: 0, bytes: 0 });
    return this.#domain(label);
  }

  #tooSmall(): LabError {
    const { train, validation } = this.#splits;
    const tokens = train.tokens.position + validation.tokens.position;
    return new LabError('corpus', `The corpus has ${tokens} tokens, too few to train on some and validate on others.`, {
      field: 'sources',
      value: String(tokens),
      remedy: 'Add text.',
    });
  }
}

function writeDurably(path: string, content: Buffer | string): void {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
