import { expect, test } from 'vitest';
import { loadTokenizer } from '../data/tokenizers.ts';
import { showBytes, tokenTexts } from './token-text.ts';

const shown = (text: string) => showBytes(Buffer.from(text));

test('what can be seen is shown as it is', () => {
  for (const text of ['a', ' the', 'é', '語', '🦊', '\\n', '"', 'a b']) expect(shown(text)).toBe(text);
});

test('what cannot be seen is named', () => {
  expect(shown('\n')).toBe('␊');
  expect(shown('\t\r\0\x7f')).toBe('␉␍␀␡');
  expect(shown('  ')).toBe('␣␣');
  expect(shown(' \n')).toBe(' ␊');
  // A zero-width space, a change of direction, a no-break space, a private character.
  expect(shown('\u200b\u202e\u00a0\ue000')).toBe('\\u{200B}\\u{202E}\\u{A0}\\u{E000}');
  expect(shown('\ufeff')).toBe('\\u{FEFF}');
  expect(shown('\u0301')).toBe('◌\u0301');
});

test('bytes that are no character are shown as bytes', () => {
  expect(showBytes(Uint8Array.of(0xe2))).toBe('\\xE2');
  expect(showBytes(Uint8Array.of(0xe2, 0x82))).toBe('\\xE2\\x82');
  expect(showBytes(Uint8Array.of(0x82, 0x61, 0xc3, 0xa9, 0xff))).toBe('\\x82aé\\xFF');
  // An overlong NUL and half of a surrogate pair are no characters either.
  expect(showBytes(Uint8Array.of(0xc0, 0x80))).toBe('\\xC0\\x80');
  expect(showBytes(Uint8Array.of(0xed, 0xa0, 0x80))).toBe('\\xED\\xA0\\x80');
  expect(showBytes(new Uint8Array(0))).toBe('');
});

test('every token of every tokenizer has a text, and an id beyond them too', async () => {
  for (const name of ['bytes', 'gpt2', 'cl100k_base'] as const) {
    const tokenizer = await loadTokenizer(name);
    const textOf = tokenTexts(tokenizer);
    for (let token = 0; token < tokenizer.vocabulary; token++) {
      const text = textOf(token);
      if (text === '' || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) expect.fail(`${name} ${token}: "${text}"`);
    }
    expect(textOf(tokenizer.endOfDocument)).toBe('⟨end of document⟩');
    expect(textOf(tokenizer.vocabulary + 7)).toBe(`⟨id ${tokenizer.vocabulary + 7}⟩`);
  }
});
