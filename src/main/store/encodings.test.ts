import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextIdentifier } from './identifiers.ts';
import { fromBlob, toBlob } from './number-array.ts';
import { fromText, toText } from './plain-text.ts';
import { failure } from './sample-data.ts';

describe('numbers as blobs', () => {
  const box = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }));
  const numbers = fc.oneof(
    fc.array(fc.double(), { minLength: 1 }),
    fc.array(fc.float(), { minLength: 1 }),
    fc.array(fc.nat(), { minLength: 1 }),
  );

  test('come back exactly, whatever their kind', () => {
    fc.assert(
      fc.property(box, numbers, ([a, b, c], values) => {
        let next = 0;
        const row = () => Array.from({ length: c }, () => values[next++ % values.length]!);
        const nested = Array.from({ length: a }, () => Array.from({ length: b }, row));
        expect(fromBlob(toBlob(nested, 3, 'pairs'), 3, 'pairs')).toEqual(nested);
      }),
    );
  });

  test('take four bytes each where that loses nothing', () => {
    expect(toBlob([[1, 2, 4_294_967_295]], 2, 'counts')).toHaveLength(10 + 12);
    expect(toBlob([[0.5, Number.NaN, -0]], 2, 'counts')).toHaveLength(10 + 12);
    expect(toBlob([[0.1]], 2, 'counts')).toHaveLength(10 + 8);
  });

  test('refuse what is no box', () => {
    for (const bad of [[[1], [2, 3]], [[1], 2], [1], [[[1]]], [['x']], [[null]]]) {
      expect(failure(() => toBlob(bad as number[][], 2, 'routing.counts'))).toMatchObject({
        code: 'request',
        field: 'routing.counts',
      });
    }
  });

  test('refuse any bytes that are not theirs, without building what they claim', () => {
    const whole = toBlob([[1, 2]], 2, 'counts');
    const claim = Uint8Array.of(0, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0);
    for (const [blob, rank] of [
      [whole.slice(1), 2],
      [whole, 3],
      [whole.slice(0, 5), 2],
      [new Uint8Array(), 2],
      [claim, 3],
    ] as const) {
      expect(failure(() => fromBlob(blob, rank, 'counts'))).toMatchObject({ code: 'store', field: 'counts' });
    }
  });
});

describe('plain data as text', () => {
  test('keeps every number but the sign of zero', () => {
    const plain = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.double().map((x) => x + 0),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(fc.string(), tie('any')),
      ),
    })).any;
    fc.assert(
      fc.property(plain, (data) => {
        expect(fromText(toText(data))).toEqual(data);
      }),
    );
    expect(fromText(toText(undefined))).toBeNull();
  });

  test('refuses damaged text', () => {
    expect(failure(() => fromText('{"a"'))).toMatchObject({ code: 'store', value: '{"a"' });
  });
});

test('identifiers ascend whatever the clock does, and are nine safe characters', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 32 ** 9 - 1000 }), { minLength: 2 }), (times) => {
      let newest: string | null = null;
      for (const now of times) {
        const next: string = nextIdentifier(newest, now);
        expect(next).toMatch(/^[0-9a-z]{9}$/);
        if (newest !== null) expect(next > newest).toBe(true);
        newest = next;
      }
    }),
  );
});
