import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { Line } from './in-turn.ts';

test('never more than its most at once, in order; who gives up leaves; all places come back', async () => {
  const event = fc.constantFrom('ask', 'ask', 'finish', 'fail', 'give up');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(event, { maxLength: 40 }), async (most, events) => {
      const begun: number[] = [];
      const underWay = new Map<number, PromiseWithResolvers<void>>();
      const waiting = new Map<number, AbortController>();
      const outcomes: Promise<unknown>[] = [];
      const work = new Line(most).inTurn((id: number) => {
        begun.push(id);
        waiting.delete(id);
        const going = Promise.withResolvers<void>();
        underWay.set(id, going);
        return going.promise;
      });
      const end = (how: 'resolve' | 'reject') => {
        const [first] = underWay;
        if (!first) return;
        underWay.delete(first[0]);
        if (how === 'resolve') first[1].resolve();
        else first[1].reject(new Error('no luck'));
      };
      let asked = 0;
      const left = new Set<number>();
      for (const one of events) {
        if (one === 'ask') {
          const id = asked++;
          const controller = new AbortController();
          waiting.set(id, controller);
          outcomes.push(work(id, controller.signal).catch(() => {}));
        } else if (one === 'give up') {
          const id = [...waiting.keys()].at(-1);
          if (id !== undefined) {
            waiting.get(id)!.abort();
            left.add(id);
            waiting.delete(id);
          }
        } else end(one === 'finish' ? 'resolve' : 'reject');
        for (let turn = 0; turn < 8; turn++) await Promise.resolve();
        expect(underWay.size).toBeLessThanOrEqual(most);
        expect(waiting.size === 0 || underWay.size === most).toBe(true);
      }
      while (underWay.size > 0) {
        end('resolve');
        for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      }
      await Promise.all(outcomes);
      const expected = Array.from({ length: asked }, (_, id) => id).filter((id) => !left.has(id));
      expect(begun).toEqual(expected);
    }),
    fuzzing(200),
  );
});
