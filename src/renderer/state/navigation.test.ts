import { afterEach, expect, test, vi } from 'vitest';
import { hashOf, Navigation, placeOf, screens } from './navigation.svelte.ts';
import { pretendWindow } from './pretended-window.testing.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('every place has an address that leads back to it', () => {
  for (const screen of screens) {
    const place = placeOf(hashOf(screen, { runs: 'a,b', view: 'x & y' }));
    expect(place.screen).toBe(screen);
    expect(Object.fromEntries(place.parameters)).toEqual({ runs: 'a,b', view: 'x & y' });
  }
  expect(hashOf('compare', { runs: 'a,b' })).toBe('#/compare?runs=a,b');
});

test('an address that means nothing is the list of runs', () => {
  for (const hash of ['', '#', '#/', '#/nowhere?x=1', '#main']) expect(placeOf(hash).screen).toBe('runs');
});

test('a page begins where its address says, and the way back leads to where it was', () => {
  const window = pretendWindow('#/compare?runs=a');
  const navigation = new Navigation();
  expect([navigation.screen, navigation.parameters.get('runs')]).toEqual(['compare', 'a']);
  navigation.go('analysis', { runs: 'b' });
  expect([navigation.screen, navigation.parameters.get('runs')]).toEqual(['analysis', 'b']);
  window.back();
  expect([navigation.screen, navigation.parameters.get('runs')]).toEqual(['compare', 'a']);
});

test('replaced parameters are no step of their own', () => {
  const window = pretendWindow('#/compare?runs=a');
  const navigation = new Navigation();
  navigation.replace({ runs: 'a,c' });
  expect([navigation.screen, navigation.parameters.get('runs')]).toEqual(['compare', 'a,c']);
  expect(window.entries).toEqual(['#/compare?runs=a,c']);
});

test('what one screen shows of runs the next one shows too, but for those that are gone', () => {
  pretendWindow('#/runs');
  const navigation = new Navigation();
  expect(navigation.addressOf('compare')).toBe('#/compare');
  navigation.go('compare', { runs: 'a,b' });
  navigation.replace({ runs: 'a,c' });
  navigation.go('runs');
  expect(navigation.addressOf('runs')).toBe('#/runs');
  expect(navigation.addressOf('pruning')).toBe('#/pruning?runs=a,c');
  expect(navigation.addressOf('pruning', (run) => run !== 'c')).toBe('#/pruning?runs=a');
  navigation.go('compare');
  expect(navigation.addressOf('pruning')).toBe('#/pruning');
});
