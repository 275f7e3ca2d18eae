// Text to token ids and back. The byte-pair tables come from gpt-tokenizer and are loaded when first asked for.
// "<|endoftext|>" in a text is text: the end-of-document token is only ever written by the corpus preparation.
import { LabError } from '../../shared/errors.ts';
import type { TokenizerName } from '../../shared/worker-messages.ts';
import { Segmenter } from './segments.ts';

export interface Tokenizer {
  readonly name: TokenizerName;
  /** V, the number of ids, the end of document included. */
  readonly vocabulary: number;
  readonly endOfDocument: number;
  /** Tokens of one segment (see segments.ts); for a text of any length use `encode`. */
  encodeSegment(segment: string): ArrayLike<number>;
  /** The bytes of one token; none for the end of document. @throws LabError 'corpus' for an unknown id. */
  bytesOf(token: number): Uint8Array;
}

type Ranks = readonly (string | readonly number[])[];

const noBytes = new Uint8Array(0);
const loading = new Map<TokenizerName, Promise<Tokenizer>>();

/** @throws LabError 'corpus' for a name that is not a TokenizerName. */
export function loadTokenizer(name: TokenizerName): Promise<Tokenizer> {
  let tokenizer = loading.get(name);
  if (!tokenizer) {
    tokenizer = load(name);
    loading.set(name, tokenizer);
  }
  return tokenizer;
}

/** All tokens of a text, without an end of document. The text must be well-formed. */
export function encode(tokenizer: Tokenizer, text: string): number[] {
  const segmenter = new Segmenter();
  const tokens: number[] = [];
  for (const segments of [segmenter.push(text), segmenter.end()]) {
    for (const segment of segments)
      for (const token of Array.from(tokenizer.encodeSegment(segment))) tokens.push(token);
  }
  return tokens;
}

/** The text of the tokens; what is no whole character, as at a cut, becomes U+FFFD. */
export function decode(tokenizer: Tokenizer, tokens: Iterable<number>): string {
  return Buffer.concat(Array.from(tokens, (token) => tokenizer.bytesOf(token))).toString('utf8');
}

async function load(name: TokenizerName): Promise<Tokenizer> {
  switch (name) {
    case 'bytes':
      return byteTokenizer();
    case 'gpt2': {
      const [encoding, ranks] = await Promise.all([
        import('gpt-tokenizer/encoding/gpt2'),
        import('gpt-tokenizer/bpeRanks/r50k_base'),
      ]);
      return pairTokenizer(name, encoding.default, ranks.default, 50_256);
    }
    case 'cl100k_base': {
      const [encoding, ranks] = await Promise.all([
        import('gpt-tokenizer/encoding/cl100k_base'),
        import('gpt-tokenizer/bpeRanks/cl100k_base'),
      ]);
      return pairTokenizer(name, encoding.default, ranks.default, 100_257);
    }
    default:
      loading.delete(name);
      throw new LabError('corpus', `There is no tokenizer "${String(name)}"; there are bytes, gpt2 and cl100k_base.`, {
        field: 'tokenizer',
        value: String(name),
      });
  }
}

function byteTokenizer(): Tokenizer {
  return {
    name: 'bytes',
    vocabulary: 257,
    endOfDocument: 256,
    encodeSegment: (segment) => Buffer.from(segment, 'utf8'),
    bytesOf: (token) => (token === 256 ? noBytes : token < 256 ? Uint8Array.of(token) : unknown('bytes', token)),
  };
}

interface Encoding {
  vocabularySize: number;
  encode(text: string, options: { disallowedSpecial: Set<string> }): number[];
  setMergeCacheSize(size: number): void;
}

function pairTokenizer(name: TokenizerName, encoding: Encoding, ranks: Ranks, endOfDocument: number): Tokenizer {
  const nothing = { disallowedSpecial: new Set<string>() };
  const encoder = new TextEncoder();
  // With runs of at most 256 characters this bounds the cache of the library to some tens of MB.
  encoding.setMergeCacheSize(8192);
  return {
    name,
    vocabulary: name === 'gpt2' ? 50_257 : 100_277,
    endOfDocument,
    encodeSegment: (segment) => encoding.encode(segment, nothing),
    bytesOf(token) {
      const rank = ranks[token];
      if (typeof rank === 'string') return encoder.encode(rank);
      if (rank) return Uint8Array.from(rank);
      return token === endOfDocument ? noBytes : unknown(name, token);
    },
  };
}

function unknown(name: TokenizerName, token: number): never {
  throw new LabError('corpus', `Token ${token} is not in the vocabulary of ${name}.`, { value: String(token) });
}
