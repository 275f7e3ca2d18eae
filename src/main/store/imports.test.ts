// Curves of other programs in the store.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ImportedCurve } from '../../shared/imports.ts';
import { openStore, type Store } from './index.ts';
import { failure, temporaryHome } from './sample-data.ts';

let store: Store;
let remove: () => void;

beforeEach(() => {
  const temporary = temporaryHome();
  remove = temporary.remove;
  store = openStore(temporary.home);
});
afterEach(() => {
  store.close();
  remove();
});

const curve: Omit<ImportedCurve, 'id' | 'points' | 'created'> = {
  ...{ name: 'theirs', tag: 'loss', quantity: 'training loss', axis: 'step', x: 'step', tokensPerStep: null },
  ...{ format: 'table', source: '/a.csv', sha256: 'ab', notes: ['One point left out.'] },
};
const added = (more: object, length: number) => {
  const x = Float64Array.from({ length }, (_, index) => index);
  const values = Float64Array.from({ length }, (_, index) => Math.sin(index / 100));
  values[length - 7] = 1000;
  values[length - 9] = Number.NaN;
  return store.importedCurves.add({ ...curve, ...more }, { x, values });
};

test('a curve reads back whole, and thinned with its extremes', () => {
  const { curve: kept, known } = added({}, 40_000);
  expect(known).toBe(false);
  expect(store.importedCurves.list()).toEqual([{ ...curve, id: kept.id, created: kept.created, points: 40_000 }]);
  const whole = store.importedCurves.points(kept.id);
  expect(whole.x.at(-1)).toBe(39_999);
  expect(whole.values[39_993]).toBe(1000);
  for (const resolution of [100, 1000]) {
    const thin = store.importedCurves.points(kept.id, { resolution });
    expect(thin.x.length).toBeLessThanOrEqual(resolution);
    expect(thin.values).toContain(1000);
    expect(thin.values.some(Number.isNaN)).toBe(true);
    expect([thin.x[0], thin.x.at(-1)]).toEqual([0, 39_999]);
  }
});

test('the same of the same file is there once; another choice of it is another curve', () => {
  const { curve: first } = added({}, 10);
  expect(added({ name: 'again' }, 10)).toEqual({ curve: first, known: true });
  expect(added({ tokensPerStep: 512 }, 10).known).toBe(false);
  expect(added({ tokensPerStep: 512 }, 10).known).toBe(true);
  expect(store.importedCurves.list()).toHaveLength(2);
});

test('renamed and removed', () => {
  const { curve: kept } = added({}, 10);
  expect(store.importedCurves.rename(kept.id, 'ours').name).toBe('ours');
  store.importedCurves.remove(kept.id);
  expect(store.importedCurves.list()).toEqual([]);
  expect(failure(() => store.importedCurves.points(kept.id))).toMatchObject({ code: 'not-found' });
});
