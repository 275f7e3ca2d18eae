import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Uploads } from './uploads.ts';

const uploads = new Uploads(10_000);
afterEach(() => uploads.close());

test('pieces follow each other, empty ones take room too, and all of it goes', () => {
  const add = (name: string, text: string) => uploads.add({ batch: 'a', name, data: Buffer.from(text) });
  add('config.json', '{');
  const path = add('config.json', '}');
  expect(readFileSync(path, 'utf8')).toBe('{}');
  expect(() => add('other.json', '')).toThrow(/no room for more/);
  uploads.close();
  expect(existsSync(dirname(path))).toBe(false);
});
