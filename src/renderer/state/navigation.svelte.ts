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

/** Screens that show chosen runs. */
const ofRuns: readonly Screen[] = ['compare', 'paper', 'analysis', 'pruning', 'report'];

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

const runsOf = ({ parameters }: Place) => (parameters.get('runs') ?? '').split(',').filter(Boolean);

export class Navigation {
  #place = $state.raw<Place>(placeOf(location.hash));
  #shown = $state.raw<readonly string[]>([]);

  constructor() {
    this.#arrive();
    addEventListener('hashchange', () => this.#arrive());
  }

  get screen(): Screen {
    return this.#place.screen;
  }
  get parameters(): URLSearchParams {
    return this.#place.parameters;
  }
  /** The chosen runs of a screen that shows some. */
  get runs(): string[] {
    return runsOf(this.#place);
  }
  /** The runs that were chosen last on any screen that shows some. */
  get shown(): readonly string[] {
    return this.#shown;
  }

  /** A screen's address, with the runs that another one showed last where it shows some too. @param there of a run that can be shown */
  addressOf(screen: Screen, there: (run: string) => boolean = () => true): string {
    const runs = ofRuns.includes(screen) ? this.#shown.filter(there) : [];
    return hashOf(screen, runs.length > 0 ? { runs: runs.join(',') } : {});
  }

  go(screen: Screen, parameters: Record<string, string> = {}): void {
    location.hash = hashOf(screen, parameters);
  }

  /** The same screen with other parameters, without a step back to the old ones. */
  replace(parameters: Record<string, string>): void {
    history.replaceState(null, '', hashOf(this.screen, parameters));
    this.#arrive();
  }

  #arrive(): void {
    this.#place = placeOf(location.hash);
    if (ofRuns.includes(this.#place.screen)) this.#shown = runsOf(this.#place);
  }
}
