// The tokenizer beside an exported model, where it can be written honestly: bytes are 256 symbols of a byte-level vocabulary
// without merges. The byte-pair tokenizers have their own published files, which are named instead of copied.
import type { TokenizerName } from '../../shared/worker-messages.ts';

const endOfDocument = '<|endoftext|>';

/** Id of the end of a document. */
export const endTokens: Record<TokenizerName, number> = { bytes: 256, gpt2: 50_256, cl100k_base: 100_257 };

export interface TokenizerFiles {
  files: { name: string; text: string }[];
  notes: string[];
}

export function tokenizerFiles(tokenizer: TokenizerName | null, context: number): TokenizerFiles {
  if (tokenizer === 'bytes') {
    const notes = [
      `tokenizer.json gives each byte of the UTF-8 text its own id, and ${endOfDocument} the id 256. Unlike here, a text that contains "${endOfDocument}" gets that id there.`,
    ];
    return { files: byteFiles(context), notes };
  }
  const named = {
    gpt2: 'The tokenizer is that of GPT-2: take openai-community/gpt2 of the hub. None is written.',
    cl100k_base: "The tokenizer is tiktoken's cl100k_base, with <|endoftext|> at 100257. None is written.",
  };
  const unknown = 'Which tokenizer the model was trained with is not known here. None is written.';
  return { files: [], notes: [tokenizer === null ? unknown : named[tokenizer]] };
}

function byteFiles(context: number): TokenizerFiles['files'] {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [{ id: endTokens.bytes, content: endOfDocument, ...special }],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([
        ...byteSymbols().map((symbol, byte) => [symbol, byte]),
        [endOfDocument, endTokens.bytes],
      ]),
      merges: [],
    },
  };
  const configuration = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: endOfDocument,
    model_max_length: context,
    clean_up_tokenization_spaces: false,
  };
  return [
    { name: 'tokenizer.json', text: json(tokenizer) },
    { name: 'tokenizer_config.json', text: json(configuration) },
  ];
}

/** The visible symbol that byte-level vocabularies (GPT-2) write for each byte: itself where it prints, else one from U+0100 on. */
function byteSymbols(): string[] {
  const prints = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let hidden = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(prints(byte) ? byte : 0x100 + hidden++));
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
