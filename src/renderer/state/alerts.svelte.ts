// What the lab noticed of runs while they trained: those that are kept, asked for once somebody looks at a run, and those that
// are told while one does.
import { SvelteMap } from 'svelte/reactivity';
import { type Alert, alertOf } from '../../shared/alerts.ts';
import type { ApiEvent } from '../../shared/api.ts';
import type { Runs } from './runs.svelte.ts';

export interface NotedAlert extends Alert {
  run: string;
  /** When it was noticed, as an ISO text. */
  created: string;
}

/** Runs of one question; milliseconds that it waits for others. */
const most = 100;
const patience = 30;

export class Alerts {
  readonly #runs: Pick<Runs, 'lab' | 'listen' | 'reconnections'>;
  readonly #told: (alert: NotedAlert) => void;
  #known = new SvelteMap<string, readonly NotedAlert[]>();
  /** By run: the connection in which it was asked for. */
  #asked = new Map<string, number>();
  #waiting = new Set<string>();

  /** @param told of each alert that comes while one watches */
  constructor(runs: Pick<Runs, 'lab' | 'listen' | 'reconnections'>, told: (alert: NotedAlert) => void) {
    this.#runs = runs;
    this.#told = told;
    runs.listen((event) => this.#take(event));
  }

  /** In ascending steps. */
  of(run: string): readonly NotedAlert[] {
    return this.#known.get(run) ?? none;
  }

  /** Asks for what is kept of a run, once; in an effect again after a lost connection. */
  see(run: string): void {
    const connection = this.#runs.reconnections;
    if (this.#asked.get(run) === connection) return;
    this.#asked.set(run, connection);
    if (this.#waiting.size === 0) setTimeout(() => void this.#ask(), patience);
    this.#waiting.add(run);
  }

  async #ask(): Promise<void> {
    const runs = [...this.#waiting];
    this.#waiting.clear();
    for (let from = 0; from < runs.length; from += most) {
      const some = runs.slice(from, from + most);
      try {
        for (const event of await this.#runs.lab.api.events.alerts({ runs: some })) {
          const alert = alertOf(event);
          if (alert) this.#keep({ ...alert, run: event.run, created: event.created });
        }
      } catch {
        // The list of runs is whole without them; who looks again asks again.
        for (const run of some) this.#asked.delete(run);
      }
    }
  }

  #take(event: ApiEvent): void {
    if (event.type !== 'alert') return;
    const alert = { ...event.alert, run: event.run, created: new Date().toISOString() };
    this.#keep(alert);
    this.#told(alert);
  }

  #keep(alert: NotedAlert): void {
    const known = this.of(alert.run);
    if (known.some((other) => keyOf(other) === keyOf(alert))) return;
    const all = [...known, alert].sort((a, b) => a.step - b.step || a.created.localeCompare(b.created));
    this.#known.set(alert.run, all);
  }
}

const none: readonly NotedAlert[] = [];
const keyOf = ({ detector, step, layer }: Alert) => `${detector} ${step} ${layer}`;
