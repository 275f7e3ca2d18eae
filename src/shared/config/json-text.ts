// JSON text to a value, stricter than JSON.parse: no byte order mark, no key given twice, no deep nesting, no number that
// floating point would change silently. Knows nothing of the configuration's fields; the syntax itself is JSON.parse's.
import { printable } from '../printable.ts';
import { ConfigurationError, type Problem, pathText } from './problems.ts';

const longest = 1_000_000;
const deepest = 32;

export interface JsonText {
  value: unknown;
  /** The first number beyond ±(2^53 − 1), as written, and where it stands. */
  unsafe: { path: PropertyKey[]; literal: string } | undefined;
}

/** @throws ConfigurationError naming what is wrong with the text, and where. */
export function parseJsonText(text: string): JsonText {
  if (text.length > longest) {
    refuse(
      `The configuration has ${text.length} characters; it must have at most ${longest}.`,
      'Check that this is the right file.',
    );
  }
  if (text.startsWith('\uFEFF')) {
    refuse(
      'The configuration starts with a byte order mark, which JSON does not allow.',
      'Save it as UTF-8 without a byte order mark.',
    );
  }
  if (text.trim() === '') refuse('The configuration is empty; it must be a JSON object.', 'Start from a preset.');
  const unsafe = scan(text);
  try {
    return { value: JSON.parse(text), unsafe };
  } catch (thrown) {
    refuse(
      `The configuration is not valid JSON: ${printable((thrown as Error).message)}.`,
      'Correct it at that place.',
    );
  }
}

interface Container {
  /** Keys so far; undefined in a list. */
  keys: Set<string> | undefined;
  /** The key or index of the part being read. */
  at: string | number;
}

/** One pass over the tokens, without recursion. Stops quietly at what is not JSON: JSON.parse says that better. */
function scan(text: string): JsonText['unsafe'] {
  const token = /[\s:]*(?:([{}[\],])|("[^"\\]*(?:\\.[^"\\]*)*")|[^\s:,{}[\]"]+)/y;
  const colon = /\s*:/y;
  const stack: Container[] = [];
  let unsafe: JsonText['unsafe'];
  const path = () => stack.map((container) => container.at);
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, mark, string] = match;
    const top = stack.at(-1);
    if (mark === '{' || mark === '[') {
      if (stack.length === deepest)
        refuse(`The configuration is nested deeper than ${deepest} levels.`, 'A configuration has three levels.');
      stack.push({ keys: mark === '{' ? new Set() : undefined, at: mark === '{' ? '' : 0 });
    } else if (mark === '}' || mark === ']') stack.pop();
    else if (mark === ',') {
      if (typeof top?.at === 'number') top.at++;
    } else if (string) {
      colon.lastIndex = token.lastIndex;
      if (!top?.keys || !colon.test(text)) continue;
      top.at = unquote(string);
      if (top.keys.has(top.at)) refuseTwice(pathText(path()), text, token.lastIndex);
      top.keys.add(top.at);
    } else if (!unsafe && isUnsafe(whole)) unsafe = { path: path(), literal: shorten(whole.replace(/^[\s:]+/, '')) };
  }
  return unsafe;
}

/** Keys are compared as read, so that "a" and its escape "\u0061" are the same key. */
function unquote(string: string): string {
  try {
    return JSON.parse(string) as string;
  } catch {
    return string;
  }
}

function isUnsafe(token: string): boolean {
  const literal = token.replace(/^[\s:]+/, '');
  return /^-?\d/.test(literal) && Math.abs(Number(literal)) > Number.MAX_SAFE_INTEGER;
}

function shorten(literal: string): string {
  return literal.length > 40 ? `${literal.slice(0, 40)}…` : literal;
}

function refuseTwice(field: string, text: string, position: number): never {
  const line = text.slice(0, position).split('\n').length;
  const message = `${field} is given twice, the second time in line ${line}; each field may be given once.`;
  throw new ConfigurationError([{ code: 'configuration', message, field, remedy: 'Remove one of the two.' }]);
}

function refuse(message: string, remedy: string): never {
  const problem: Problem = { code: 'configuration', message, field: '', remedy };
  throw new ConfigurationError([problem]);
}
