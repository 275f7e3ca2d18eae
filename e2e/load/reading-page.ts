// A page without a screen: watches, and asks for what the real one asks for, one thing after another, with a person's pauses.
// It looks at every answer.
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiEvent, MetricSeries, RunSummary } from '../../src/shared/api.ts';
import type { Client } from '../../src/shared/rpc.ts';
import { generator } from '../faults/kill-points.ts';
import { InventedMetrics } from './invented-metrics.ts';

/** What is asked for: a stretch of a curve as finely as a chart shows it, whole curves, and so on. */
export const questions = ['stretch', 'curve', 'curves', 'comparison', 'list', 'evaluations', 'nothing'] as const;
export type Question = (typeof questions)[number];

/** Questions that a page asks at least, however soon it is stopped. */
const few = 3;

/** As the compare screen asks. */
const [rough, fine] = [256, 1500];

interface KnownRun {
  id: string;
  invented: InventedMetrics;
  /** The newest step that was told or answered. */
  step: number;
}

export interface ReadingPageOptions {
  seed: number;
  /** Mean milliseconds between an answer and the next question. */
  pause: number;
}

export class ReadingPage {
  readonly #client: Client;
  readonly #random: () => number;
  readonly #pause: number;
  readonly #begun = Promise.withResolvers<void>();
  readonly #runs: KnownRun[] = [];
  readonly #byId = new Map<string, KnownRun>();
  #stopped = false;
  /** Milliseconds that each answer took. */
  readonly waits: Record<Question, number[]>;
  /** What was not as it must be, in words. */
  readonly faults: string[] = [];
  events = 0;
  /** Resolves when it knows the runs that there are and hears of everything that comes. */
  readonly begun = this.#begun.promise;

  constructor(client: Client, { seed, pause }: ReadingPageOptions) {
    this.#client = client;
    this.#random = generator(seed);
    this.#pause = pause;
    this.waits = Object.fromEntries(questions.map((question) => [question, []])) as never;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Until it is stopped. */
  async read(): Promise<void> {
    const { api } = this.#client;
    this.#client.watch((event) => this.#take(event));
    const nothing = {};
    const [runs] = await Promise.all([
      api.runs.list(nothing),
      api.about.get(nothing),
      api.settings.get(nothing),
      api.experiments.list(nothing),
      api.corpora.list(nothing),
      api.engines.list(nothing),
    ]);
    for (const run of runs) this.#know(run);
    this.#begun.resolve();
    for (let asked = 0; !this.#stopped || asked < few; asked += 1) {
      const question = this.#runs.some(({ step }) => step > 0) ? this.#nextQuestion() : 'nothing';
      const began = performance.now();
      const check = await this.#ask(question);
      this.waits[question].push(performance.now() - began);
      check();
      await delay(2 * this.#pause * this.#random());
    }
  }

  #know({ id, configuration, step }: RunSummary): void {
    const run = { id, invented: new InventedMetrics(configuration), step };
    this.#runs.push(run);
    this.#byId.set(id, run);
  }

  #nextQuestion(): Question {
    const at = this.#random();
    if (at < 0.4) return 'stretch';
    if (at < 0.55) return 'curve';
    if (at < 0.65) return 'curves';
    if (at < 0.75) return 'comparison';
    if (at < 0.8) return 'list';
    return at < 0.9 ? 'evaluations' : 'nothing';
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  /** Of those that have begun, if one has: nobody looks at empty charts. */
  #some(count: number): KnownRun[] {
    const begun = this.#runs.filter(({ step }) => step > 0);
    return [...new Set(Array.from({ length: count }, () => this.#oneOf(begun.length > 0 ? begun : this.#runs)))];
  }

  /** Asks; what it gives looks at the answer, which is no part of the time. */
  async #ask(question: Question): Promise<() => void> {
    const { api } = this.#client;
    const [run] = this.#some(1) as [KnownRun];
    switch (question) {
      case 'stretch': {
        const [a, b] = [this.#random(), this.#random()].map((share) => 1 + Math.floor(share * run.step));
        const [from, to] = [Math.min(a!, b!), Math.max(a!, b!)];
        const asked = { runs: [run.id], metrics: [this.#metric()], from, to, resolution: fine };
        const answer = await api.metrics.series(asked);
        return () => this.#look(answer, new Map([[run, to]]), from);
      }
      case 'curve':
        return this.#curves([run], fine);
      case 'curves':
        return this.#curves(this.#some(10), rough);
      case 'comparison': {
        const known = new Map(this.#some(10).map((one) => [one, one.step]));
        const asked = { runs: [...known.keys()].map(({ id }) => id), resolution: 1, speedUpCurves: false };
        const { runs } = await api.comparison.get(asked);
        return () => {
          for (const { id, progress, evaluations } of runs) {
            const one = this.#byId.get(id)!;
            this.#notBefore(one, progress?.step ?? 0, known.get(one)!, 'comparison');
            for (const { step, loss } of evaluations) {
              if (loss !== one.invented.evaluation(step).loss) this.faults.push(`evaluation of step ${step} of ${id}`);
            }
          }
        };
      }
      case 'list': {
        const known = this.#runs.map((one) => [one, one.step] as const);
        const runs = await api.runs.list({});
        const steps = new Map(runs.map(({ id, step }) => [id, step]));
        return () => {
          for (const [one, step] of known) this.#notBefore(one, steps.get(one.id) ?? -1, step, 'list');
        };
      }
      case 'evaluations': {
        const rows = await api.evaluations.list({ run: run.id });
        return () => {
          const steps = rows.map(({ evaluation }) => evaluation.step);
          if (steps.some((step, index) => step <= (steps[index - 1] ?? -1))) this.faults.push(`evaluations ${steps}`);
        };
      }
      case 'nothing':
        await api.about.get({});
        return () => {};
    }
  }

  async #curves(runs: KnownRun[], resolution: number): Promise<() => void> {
    const known = new Map(runs.map((one) => [one, one.step]));
    const metrics = [this.#metric()];
    const answer = await this.#client.api.metrics.series({ runs: runs.map(({ id }) => id), metrics, resolution });
    return () => this.#look(answer, known, 1);
  }

  #metric(): string {
    return this.#random() < 0.7 ? 'crossEntropy' : this.#oneOf(['loss', 'gradientNorm', 'terms.simbal', 'maxLoad']);
  }

  /** An answer has everything that was known to be there when it was asked for. */
  #look(answer: readonly MetricSeries[], atLeast: ReadonlyMap<KnownRun, number>, from: number): void {
    for (const series of answer) {
      const run = this.#byId.get(series.run)!;
      const fault = run.invented.fault(series);
      if (fault) this.faults.push(`${series.run}: ${fault}`);
      const last = series.steps.at(-1) ?? 0;
      this.#notBefore(run, last, atLeast.get(run)!, 'curve');
      if (last > 0 && series.steps[0] !== from) this.faults.push(`${series.run} begins at ${series.steps[0]}`);
    }
  }

  #notBefore(run: KnownRun, step: number, known: number, where: string): void {
    if (step < known) this.faults.push(`${where}: ${run.id} ends at step ${step}, after step ${known} was told`);
    run.step = Math.max(run.step, step);
  }

  #take(event: ApiEvent): void {
    this.events += 1;
    if (event.type !== 'steps') return;
    const run = this.#byId.get(event.run);
    if (!run) return;
    const steps = event.steps.map(({ step }) => step);
    if (steps.some((step, index) => index > 0 && step !== steps[index - 1]! + 1)) {
      this.faults.push(`told of the steps ${steps} of ${event.run}`);
    }
    run.step = Math.max(run.step, steps.at(-1)!);
  }
}
