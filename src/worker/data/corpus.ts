// A prepared corpus, open for reading. Tokens are read from their place in the file: Node maps no files without a compiled
// addon, and the system's page cache serves as the map.
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { CorpusDescription } from '../../shared/worker-messages.ts';
import {
  type CorpusFile,
  contentHash,
  corpusFileSchema,
  describe,
  descriptionFile,
  documentBytes,
  documentsFile,
  type Split,
  splits,
  tokensFile,
  tokenWidth,
} from './corpus-format.ts';
import { DocumentTable } from './document-table.ts';
import { readFully } from './token-file.ts';

const remedy =
  'Add the corpus again from its sources, which replaces that folder. The text of the dependencies is prepared again where the folder is deleted.';
const largestDescription = 4 * 2 ** 20;

export class Corpus {
  readonly description: CorpusDescription;
  /** Domain labels by index. */
  readonly domains: readonly string[];
  readonly #file: CorpusFile;
  readonly #tokens: Record<Split, number>;
  readonly #documents: Record<Split, DocumentTable>;

  constructor(
    file: CorpusFile,
    folder: string,
    tokens: Record<Split, number>,
    documents: Record<Split, DocumentTable>,
  ) {
    this.#file = file;
    this.#tokens = tokens;
    this.#documents = documents;
    this.description = describe(file, folder);
    this.domains = file.domains.map(({ label }) => label);
  }

  get hash(): string {
    return this.description.hash;
  }

  /** V of the tokenizer. */
  get vocabulary(): number {
    return this.description.vocabulary;
  }

  /** Tokens of each split. */
  get tokens(): Record<Split, number> {
    return this.description.tokens;
  }

  /**
   * `length` token ids from position `start` of a split, each below the vocabulary.
   * @throws RangeError outside of the split. @throws LabError 'corpus' when the file was cut or holds other than token ids.
   */
  readTokens(split: Split, start: number, length: number): Int32Array {
    const size = this.tokens[split];
    if (!(Number.isInteger(start) && Number.isInteger(length) && start >= 0 && length >= 0 && start + length <= size)) {
      throw new RangeError(`Tokens ${start} to ${start + length} lie outside of the ${size} tokens of ${split}.`);
    }
    const width = tokenWidth(this.vocabulary);
    const bytes = new Uint8Array(length * width);
    try {
      readFully(this.#tokens[split], bytes, start * width);
    } catch (error) {
      throw damaged(this.description.folder, `${tokensFile(split)} cannot be read: ${(error as Error).message}`);
    }
    const tokens = Int32Array.from(width === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer));
    for (let i = 0; i < length; i++) {
      if (tokens[i]! < 0 || tokens[i]! >= this.vocabulary) {
        throw damaged(this.description.folder, `token ${start + i} of ${split} is ${tokens[i]}, beyond the vocabulary`);
      }
    }
    return tokens;
  }

  /** Index into `domains` of the document that holds a token; its end-of-document token is its own. */
  domainAt(split: Split, position: number): number {
    const documents = this.#documents[split];
    const document = documents.at(position);
    if (!(position >= 0 && document < documents.length)) {
      throw new RangeError(`Position ${position} lies outside of the ${this.tokens[split]} tokens of ${split}.`);
    }
    return documents.domainOf(document);
  }

  /** Domain indices of `length` tokens from `start` on. */
  domainsOf(split: Split, start: number, length: number): Int32Array {
    const result = new Int32Array(length);
    const documents = this.#documents[split];
    for (let done = 0; done < length; ) {
      const domain = this.domainAt(split, start + done);
      const end = Math.min(length, documents.endOf(documents.at(start + done)) - start);
      result.fill(domain, done, end);
      done = end;
    }
    return result;
  }

  /** Reads everything once. @throws LabError 'corpus' when the content is not what its hash says. */
  async verify(): Promise<void> {
    const hash = await contentHash(this.description.folder, this.#file);
    if (hash !== this.hash) {
      throw damaged(
        this.description.folder,
        `its content hashes to ${hash} and not to the ${this.hash} it was prepared with`,
      );
    }
  }

  close(): void {
    for (const split of splits) closeSync(this.#tokens[split]);
  }
}

/**
 * Opens the folder that `prepareCorpus` made. Checks format, sizes and document boundaries, not the hash: see `verify`.
 * @throws LabError 'corpus' when the folder holds no corpus, one of a newer version, or a damaged one.
 */
export function openCorpus(folder: string): Corpus {
  const file = readDescription(folder);
  const tables = {} as Record<Split, DocumentTable>;
  const handles: number[] = [];
  try {
    for (const split of splits) {
      const documents = join(folder, documentsFile(split));
      expectSize(folder, documentsFile(split), statSync(documents).size, file.documents[split] * documentBytes);
      const bytes = readFileSync(documents);
      tables[split] = DocumentTable.fromBytes(bytes, file.domains.length);
      if (tables[split].end !== file.tokens[split]) {
        throw new RangeError(`the documents of ${split} end at ${tables[split].end} of ${file.tokens[split]} tokens`);
      }
      const handle = openSync(join(folder, tokensFile(split)), 'r');
      handles.push(handle);
      const expected = file.tokens[split] * tokenWidth(file.vocabulary);
      expectSize(folder, tokensFile(split), fstatSync(handle).size, expected);
    }
  } catch (error) {
    for (const handle of handles) closeSync(handle);
    if (error instanceof LabError) throw error;
    throw damaged(folder, (error as Error).message);
  }
  const [train, validation] = handles as [number, number];
  return new Corpus(file, folder, { train, validation }, tables);
}

function readDescription(folder: string): CorpusFile {
  const path = join(folder, descriptionFile);
  let value: unknown;
  try {
    if (statSync(path).size > largestDescription) throw new RangeError(`${descriptionFile} is too large`);
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new LabError('corpus', `${folder} holds no prepared corpus: there is no ${descriptionFile}.`, {
        field: folder,
        remedy,
      });
    }
    throw damaged(folder, (error as Error).message);
  }
  const parsed = corpusFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(folder, `${descriptionFile}: ${issue!.path.join('.') || 'content'}: ${issue!.message}`);
}

function expectSize(folder: string, file: string, size: number, expected: number): void {
  if (size !== expected) throw damaged(folder, `${file} has ${size} bytes instead of ${expected}`);
}

function damaged(folder: string, what: string): LabError {
  return new LabError('corpus', `The corpus in ${folder} is damaged, or of another version: ${what}.`, {
    field: folder,
    remedy,
  });
}
