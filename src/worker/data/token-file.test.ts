import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.testing.ts';
import { TokenFile } from './token-file.ts';

// Appends of up to 300,000 tokens cross the edge of the buffer, so that both ways to cut back and to move are taken.
const action = fc.record({
  kind: fc.constantFrom('append', 'rewind', 'move'),
  amount: fc.oneof(fc.nat(20), fc.nat(300_000)),
});

test.each([2, 4] as const)(
  'any order of appends, rewinds and moves leaves what a list would hold (%d bytes)',
  (width) => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
        const folder = temporaryFolder();
        const from = new TokenFile(join(folder, 'from'), width);
        const to = new TokenFile(join(folder, 'to'), width);
        let next = 0;
        let held: number[] = [];
        let moved: number[] = [];
        for (const { kind, amount } of actions) {
          const place = Math.max(0, held.length - amount);
          if (kind === 'append') {
            const tokens = Array.from({ length: amount }, () => next++ % 60_000);
            from.append(tokens);
            held = held.concat(tokens);
          } else if (kind === 'rewind') {
            from.rewind(place);
            held = held.slice(0, place);
          } else {
            from.moveTail(place, to);
            moved = moved.concat(held.slice(place));
            held = held.slice(0, place);
          }
          expect(from.position).toBe(held.length);
        }
        from.finish();
        to.finish();
        const read = (name: string) => {
          const bytes = new Uint8Array(readFileSync(join(folder, name)));
          return width === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
        };
        expect(read('from').length).toBe(held.length);
        expect(read('from').every((token, i) => token === held[i])).toBe(true);
        expect(read('to').length).toBe(moved.length);
        expect(read('to').every((token, i) => token === moved[i])).toBe(true);
      }),
      { numRuns: 15 },
    );
  },
);
