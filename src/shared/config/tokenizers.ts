// The vocabulary that each tokenizer needs: what a preset and the check of a corpus agree on.
import type { TokenizerName } from '../worker-messages.ts';

/** Ids of each tokenizer, its special ones included; bytes are 256 and the end of a document. */
export const tokenizerVocabulary: Readonly<Record<TokenizerName, number>> = {
  bytes: 257,
  gpt2: 50_257,
  cl100k_base: 100_277,
};
