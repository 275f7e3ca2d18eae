// What the page's state asks of a browser's window, where there is none: an address, a history, and a theme of the system.
import { vi } from 'vitest';

/** Until vi.unstubAllGlobals(). */
export function pretendWindow(hash = '') {
  const entries = [hash];
  const listeners = new Set<() => void>();
  const heard = () => {
    for (const listener of listeners) listener();
  };
  vi.stubGlobal('location', {
    get hash() {
      return entries.at(-1)!;
    },
    set hash(to: string) {
      if (to === entries.at(-1)) return;
      entries.push(to);
      heard();
    },
  });
  vi.stubGlobal('history', { replaceState: (_: unknown, __: string, to: string) => entries.splice(-1, 1, to) });
  vi.stubGlobal('addEventListener', (type: string, listener: () => void) => {
    if (type === 'hashchange') listeners.add(listener);
  });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  return {
    /** Of all places, the newest last. */
    entries,
    back() {
      entries.pop();
      heard();
    },
  };
}
