// Which screen is shown, in the address behind '#': it survives a reload and the back button works.

export const screens = [
  'runs',
  'new',
  'compare',
  'paper',
  'analysis',
  'pruning',
  'inspector',
  'report',
  'engines',
  'settings',
] as const;
export type Screen = (typeof screens)[number];

export interface Place {
  screen: Screen;
  parameters: URLSearchParams;
}

/** '#/compare?runs=a,b'; what means nothing is the list of runs. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const screen = screens.find((other) => other === path) ?? 'runs';
  return { screen, parameters: new URLSearchParams(query) };
}

export function hashOf(screen: Screen, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams(parameters).toString().replaceAll('%2C', ',');
  return `#/${screen}${query ? `?${query}` : ''}`;
}

export class Navigation {
  #place = $state.raw<Place>(placeOf(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.#place = placeOf(location.hash);
    });
  }

  get screen(): Screen {
    return this.#place.screen;
  }
  get parameters(): URLSearchParams {
    return this.#place.parameters;
  }
  /** The chosen runs of a screen that shows some. */
  get runs(): string[] {
    return (this.parameters.get('runs') ?? '').split(',').filter(Boolean);
  }

  go(screen: Screen, parameters: Record<string, string> = {}): void {
    location.hash = hashOf(screen, parameters);
  }

  /** The same screen with other parameters, without a step back to the old ones. */
  replace(parameters: Record<string, string>): void {
    history.replaceState(null, '', hashOf(this.screen, parameters));
    this.#place = placeOf(location.hash);
  }
}
