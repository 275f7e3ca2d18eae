// How a token is shown. A token's bytes are shown as the characters they are, but for what nobody could see or tell apart:
//   control characters           their pictures, U+2400 on: ␊ for a line feed, ␉ for a tab
//   a token of spaces alone      ␣ for each
//   bytes that are no character  \xE2, as where a token is one part of a character
//   other invisible characters   \u{200B}: format, separator, surrogate and private ones
//   a mark that joins a letter   on a dotted circle, ◌́, where it comes first
//   the end of a document        ⟨end of document⟩; an id that no token has ⟨id 300⟩
// It declines to be reversible: it is for eyes.
import { LabError } from '../../shared/errors.ts';
import type { Tokenizer } from '../data/tokenizers.ts';

/** The text of each token id, made once. */
export function tokenTexts(tokenizer: Tokenizer): (token: number) => string {
  const known = new Map<number, string>();
  return (token) => {
    let text = known.get(token);
    if (text === undefined) {
      text = textOf(tokenizer, token);
      known.set(token, text);
    }
    return text;
  };
}

function textOf(tokenizer: Tokenizer, token: number): string {
  if (token === tokenizer.endOfDocument) return '⟨end of document⟩';
  const bytes = bytesOf(tokenizer, token);
  return bytes === null ? `⟨id ${token}⟩` : showBytes(bytes);
}

/** Null for an id that the tokenizer does not have: a model may have more ids than its corpus. */
function bytesOf(tokenizer: Tokenizer, token: number): Uint8Array | null {
  try {
    return tokenizer.bytesOf(token);
  } catch (thrown) {
    if (thrown instanceof LabError) return null;
    throw thrown;
  }
}

/** Bytes as text that can be seen, by the rules above. */
export function showBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    text += character === null ? `\\x${bytes[at]!.toString(16).toUpperCase().padStart(2, '0')}` : visible(character);
    at += character === null ? 1 : Buffer.byteLength(character);
  }
  return /^ +$/.test(text) ? '␣'.repeat(text.length) : text.replace(/^\p{M}/u, '◌$&');
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The character that begins at a byte; null where none does. */
function characterAt(bytes: Uint8Array, at: number): string | null {
  for (let length = 1; length <= Math.min(4, bytes.length - at); length++) {
    try {
      return decoder.decode(bytes.subarray(at, at + length));
    } catch {
      // Not whole yet.
    }
  }
  return null;
}

function visible(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character;
  return `\\u{${code.toString(16).toUpperCase()}}`;
}
