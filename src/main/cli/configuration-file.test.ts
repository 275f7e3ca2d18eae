import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { LabError } from '../../shared/errors.ts';
import { temporaryHome } from '../lab/pretended-lab.testing.ts';
import { configurationFromFile } from './configuration-file.ts';

const nano = configurationFromPreset('nano', { corpus: 'tiny' });
const text = JSON.stringify(nano, null, 2);

let place: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(() => place.remove());

const read = (content: string | Uint8Array) => {
  writeFileSync(join(place.home, 'run.json'), content);
  return configurationFromFile(place.home, 'run.json');
};

function refused(act: () => unknown): LabError {
  try {
    act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LabError);
    expect((thrown as LabError).remedy).toMatch(/\S/);
    return thrown as LabError;
  }
  throw new Error('was accepted');
}

it('a file of text is read', () => {
  expect(read(text)).toEqual(nano);
});

describe('refused', () => {
  it.each([
    ['a key twice', text.replace('"layers"', '"layers": 1, "layers"'), 'model.layers is given twice'],
    ['a section twice', text.replace('"seeds"', '"seeds": {}, "seeds"'), 'seeds is given twice'],
    ['a seed of 2^53 + 1', text.replace('"init": 0', '"init": 9007199254740993'), 'seeds.init is 9007199254740993'],
    ['1e400', text.replace('"learningRate": 0.002', '"learningRate": 1e400'), 'training.learningRate is 1e400'],
    ['text for a number', text.replace('"experts": 16', '"experts": "16"'), 'model.experts is "16"'],
    ['__proto__', text.replace('"experts": 16', '"__proto__": {"experts": 16}'), 'model.__proto__ is not a field'],
    ['a byte order mark', `\ufeff${text}`, 'byte order mark'],
    ['UTF-16', Buffer.from(text, 'utf16le'), 'not valid JSON'],
    ['invalid UTF-8', Buffer.from(text.replace('"name": "', '"name": "\xff'), 'latin1'), 'is not UTF-8 text'],
    ['nothing', '', 'is empty'],
  ])('%s', (_, content, message) => {
    expect(refused(() => read(content)).message).toContain(message);
  });

  it('a file without end, or too long, or a folder', () => {
    writeFileSync(join(place.home, 'long.json'), '');
    truncateSync(join(place.home, 'long.json'), 2 ** 40);
    const endless = process.platform === 'win32' ? [] : ['/dev/zero'];
    for (const file of ['long.json', ...endless]) {
      const { message } = refused(() => configurationFromFile(place.home, file));
      expect(message).toBe(`${file} goes on after 4194304 bytes, which no configuration does.`);
    }
    expect(refused(() => configurationFromFile(place.home, '.')).message).toContain('it is a folder');
  });
});
