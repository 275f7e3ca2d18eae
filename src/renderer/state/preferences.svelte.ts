// What this page remembers for itself, in this browser: its theme.
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'simbal-theme';

export class Preferences {
  #theme = $state<Theme>('system');
  #systemDark = $state(false);

  constructor() {
    const stored = read();
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
    try {
      localStorage.setItem(key, theme);
    } catch {
      // A browser that stores nothing forgets it with the page.
    }
  }
  /** What is to be seen now. */
  get ground(): 'light' | 'dark' {
    if (this.#theme !== 'system') return this.#theme;
    return this.#systemDark ? 'dark' : 'light';
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
