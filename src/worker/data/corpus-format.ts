// The files of a prepared corpus, shared by what writes and what reads them. Numbers are little-endian, as is every
// machine that Node is built for with the engines used here.
//
//   corpus.json            the description and the format version
//   train.tokens           token ids, uint16 when the vocabulary fits and uint32 otherwise; each document ends with the
//   validation.tokens      end-of-document token
//   train.documents        12 bytes a document: float64 position after its last token, uint32 domain index
//   validation.documents
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CorpusDescription } from '../../shared/worker-messages.ts';

export const formatVersion = 1;
export const descriptionFile = 'corpus.json';
export const splits = ['train', 'validation'] as const;
export type Split = (typeof splits)[number];

export const documentBytes = 12;
export const mostDomains = 1000;

/** Bytes of one token. */
export function tokenWidth(vocabulary: number): 2 | 4 {
  return vocabulary <= 65_536 ? 2 : 4;
}

export const tokensFile = (split: Split) => `${split}.tokens`;
export const documentsFile = (split: Split) => `${split}.documents`;

const count = z.int().min(0);

/** What corpus.json holds: a CorpusDescription without its folder, its domains as a list in the order of their indices. */
export const corpusFileSchema = z.strictObject({
  format: z.literal('simbal-corpus'),
  version: z.literal(formatVersion),
  name: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  tokenizer: z.enum(['bytes', 'gpt2', 'cl100k_base']),
  vocabulary: z.int().min(2).max(1_000_000),
  documents: z.strictObject({ train: count, validation: count, duplicates: count }),
  tokens: z.strictObject({ train: count, validation: count }),
  bytes: count,
  domains: z
    .array(z.strictObject({ label: z.string(), documents: count, tokens: count, bytes: count }))
    .min(1)
    .max(mostDomains),
  skipped: z.record(z.string(), count),
});
export type CorpusFile = z.infer<typeof corpusFileSchema>;

/** As the rest of the lab knows it. */
export function describe(file: CorpusFile, folder: string): CorpusDescription {
  const { format: _format, version: _version, domains, ...description } = file;
  const byLabel = Object.fromEntries(domains.map(({ label, ...counts }) => [label, counts]));
  return { ...description, domains: byLabel, folder };
}

/** sha256 over tokenizer, domain labels, and each split's documents and tokens. Reads the files once. */
export async function contentHash(
  folder: string,
  description: Pick<CorpusFile, 'tokenizer' | 'vocabulary' | 'domains' | 'documents' | 'tokens'>,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<string> {
  const { tokenizer, vocabulary, domains, documents, tokens } = description;
  const labels = domains.map(({ label }) => label);
  const hash = createHash('sha256');
  const counts = splits.map((split) => [documents[split], tokens[split]] as const);
  hash.update(JSON.stringify([formatVersion, tokenizer, vocabulary, labels, counts]));
  const width = tokenWidth(vocabulary);
  const total = counts.reduce((sum, [documents, tokens]) => sum + documents * documentBytes + tokens * width, 0);
  let done = 0;
  for (const split of splits) {
    for (const file of [documentsFile(split), tokensFile(split)]) {
      for await (const chunk of createReadStream(join(folder, file), { highWaterMark: 1 << 20 })) {
        hash.update(chunk);
        done += chunk.length;
        onProgress(done, total);
      }
    }
  }
  return hash.digest('hex');
}
