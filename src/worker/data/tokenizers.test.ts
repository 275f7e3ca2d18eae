import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TokenizerName } from '../../shared/worker-messages.ts';
import { Segmenter } from './segments.ts';
import { decode, encode, loadTokenizer } from './tokenizers.ts';

const names: TokenizerName[] = ['bytes', 'gpt2', 'cl100k_base'];
const pieces = [
  'a',
  'word',
  ' ',
  '  ',
  '\n',
  "'s",
  '12345',
  '…',
  'é',
  'e\u0301',
  '中文',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  '\uFEFF',
  '\u00a0',
  '<|endoftext|>',
  '\u200d',
  '\u0301',
];
const anyText = fc.string({ unit: fc.constantFrom(...pieces), maxLength: 60 });

/** Tokens of a text that arrives in pieces cut at any character. */
function encodeStreamed(
  tokenizer: Awaited<ReturnType<typeof loadTokenizer>>,
  text: string,
  size: number,
  window: number,
) {
  const segmenter = new Segmenter(window);
  const tokens: number[] = [];
  const characters = Array.from(text);
  const take = (segments: Iterable<string>) => {
    for (const segment of segments) tokens.push(...Array.from(tokenizer.encodeSegment(segment)));
  };
  for (let i = 0; i < characters.length; i += size) take(segmenter.push(characters.slice(i, i + size).join('')));
  take(segmenter.end());
  return tokens;
}

describe.each(names)('%s', (name) => {
  test('decoding gives every text back, however it was cut', async () => {
    const tokenizer = await loadTokenizer(name);
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 40 }), (text, size, window) => {
        const tokens = encodeStreamed(tokenizer, text, size, window);
        expect(decode(tokenizer, tokens)).toBe(text);
        expect(encodeStreamed(tokenizer, text, 1, window)).toEqual(tokens);
        for (const token of tokens)
          expect(token < tokenizer.vocabulary && token !== tokenizer.endOfDocument).toBe(true);
      }),
    );
  });

  test('all of Unicode survives', async () => {
    const tokenizer = await loadTokenizer(name);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        expect(decode(tokenizer, encode(tokenizer, text))).toBe(text);
      }),
    );
  });

  test('"<|endoftext|>" is text', async () => {
    const tokenizer = await loadTokenizer(name);
    const tokens = encode(tokenizer, '<|endoftext|> a <|endoftext|>');
    expect(tokens).not.toContain(tokenizer.endOfDocument);
    expect(decode(tokenizer, tokens)).toBe('<|endoftext|> a <|endoftext|>');
    expect(decode(tokenizer, [...tokens, tokenizer.endOfDocument])).toBe('<|endoftext|> a <|endoftext|>');
  });

  test('a run of 200,000 letters without a space takes no quadratic time', async () => {
    const tokenizer = await loadTokenizer(name);
    const text = '漢a'.repeat(100_000);
    expect(decode(tokenizer, encode(tokenizer, text))).toBe(text);
  });

  test('an id outside of the vocabulary is refused', async () => {
    const tokenizer = await loadTokenizer(name);
    expect(() => decode(tokenizer, [tokenizer.vocabulary])).toThrow('not in the vocabulary');
  });
});

test('cutting at words changes no token', async () => {
  const words = fc.array(
    fc.constantFrom('the', 'cat', "don't", '1234567', '...\n\n', 'x\n', 'a\t\tb', '—', 'Ünïcode', '', '\n ', '.'),
  );
  for (const name of ['gpt2', 'cl100k_base'] as const) {
    const tokenizer = await loadTokenizer(name);
    fc.assert(
      fc.property(words, (list) => {
        const text = list.join(' ');
        // Each window has a space after another character, or is cut elsewhere.
        const window = 40;
        fc.pre(text.split(/(?<=\S)(?= )/).every((word) => word.length <= window));
        expect(encodeStreamed(tokenizer, text, 3, window)).toEqual(Array.from(tokenizer.encodeSegment(text)));
      }),
      { numRuns: 300 },
    );
  }
});

test('known tokens', async () => {
  expect(encode(await loadTokenizer('gpt2'), 'Hello world')).toEqual([15496, 995]);
  expect(encode(await loadTokenizer('cl100k_base'), 'Hello world')).toEqual([9906, 1917]);
  expect(encode(await loadTokenizer('bytes'), 'é')).toEqual([0xc3, 0xa9]);
  expect((await loadTokenizer('gpt2')).endOfDocument).toBe(50256);
  expect((await loadTokenizer('cl100k_base')).endOfDocument).toBe(100257);
});

test('an unknown name is refused', async () => {
  await expect(loadTokenizer('llama' as TokenizerName)).rejects.toThrow('There is no tokenizer "llama"');
});
