// What this page remembers for itself, in this browser: its theme, how it draws comparisons and orders runs.
import { type ComparisonLook, lookOf } from './comparison-look.ts';
import { type RunOrder, runOrderOf, runOrderText } from './run-order.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const themeKey = 'simbal-theme';
const lookKey = 'simbal-comparison';
const orderKey = 'simbal-run-order';

export class Preferences {
  #theme = $state<Theme>('system');
  #systemDark = $state(false);
  #runOrder = $state.raw<RunOrder>(runOrderOf(read(orderKey)));

  constructor() {
    const stored = read(themeKey);
    if (themes.includes(stored as Theme)) this.#theme = stored as Theme;
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', ({ matches }) => {
      this.#systemDark = matches;
    });
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    write(themeKey, theme);
  }
  /** Of the newest comparison. */
  get comparison(): ComparisonLook {
    return lookOf(read(lookKey));
  }
  set comparison(look: ComparisonLook) {
    write(lookKey, JSON.stringify(look));
  }
  get runOrder(): RunOrder {
    return this.#runOrder;
  }
  set runOrder(order: RunOrder) {
    this.#runOrder = order;
    write(orderKey, runOrderText(order));
  }
  /** What is to be seen now. */
  get ground(): 'light' | 'dark' {
    if (this.#theme !== 'system') return this.#theme;
    return this.#systemDark ? 'dark' : 'light';
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that stores nothing forgets it with the page.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
