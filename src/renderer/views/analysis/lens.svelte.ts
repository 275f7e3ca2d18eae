// What the token lens looks at: a text or a stretch of the validation split, through two checkpoints.

import type { StudyRow } from '../../../shared/api.ts';
import type { LensPart, LensRequest } from '../../../shared/studies/lens.ts';
import type { AnalysedRun, Analysis } from './analysis.svelte.ts';
import { answers } from './study-match.ts';

export interface LensSide {
  run: AnalysedRun;
  step: number;
}

export const sides = ['first', 'second'] as const;
export type SideName = (typeof sides)[number];

export class Lens {
  readonly #analysis: Analysis;
  #runs = $state<Record<SideName, string | null>>({ first: null, second: null });
  #steps = $state<Record<SideName, number | null>>({ first: null, second: null });
  from = $state<'validation' | 'text'>('validation');
  text = $state('');
  position = $state(0);

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
  }

  /** Of each side: until somebody chooses, two runs at their last checkpoints, or one run at its first and its last. */
  side(name: SideName): LensSide | null {
    const run = this.#run(name);
    if (!run) return null;
    const steps = this.steps(run);
    const chosen = this.#steps[name];
    const alone = this.#run('first') === this.#run('second');
    const standard = name === 'first' && alone ? steps[0] : steps.at(-1);
    const step = chosen !== null && steps.includes(chosen) ? chosen : standard;
    return step === undefined ? null : { run, step };
  }
  #run(name: SideName): AnalysedRun | undefined {
    const { runs } = this.#analysis;
    const chosen = runs.find(({ run }) => run.id === this.#runs[name]);
    return chosen ?? (name === 'second' && runs.length > 1 ? runs[1] : runs[0]);
  }
  steps({ run }: AnalysedRun): readonly number[] {
    return this.#analysis.measurements.checkpoints(run.id) ?? [];
  }
  chooseRun(name: SideName, run: string): void {
    // The other side stays where it is.
    for (const side of sides) this.#runs[side] = this.#run(side)?.run.id ?? null;
    this.#runs[name] = run;
  }
  chooseStep(name: SideName, step: number): void {
    this.#steps[name] = step;
  }

  /** Null where there is nothing to look at yet. */
  get source(): LensRequest['source'] | null {
    if (this.from === 'text')
      return this.text.length > 0 && this.text.length <= 100_000 ? { from: 'text', text: this.text } : null;
    const { position } = this;
    return Number.isInteger(position) && position >= 0 && position <= 1e12 ? { from: 'validation', position } : null;
  }
  get problem(): string | null {
    if (this.source) return null;
    if (this.from === 'validation') return 'The position is a whole number of tokens from 0.';
    return this.text.length === 0 ? 'Paste or write a text.' : 'The text is longer than 100 000 characters.';
  }

  request(name: SideName): LensRequest | null {
    const [side, { source }] = [this.side(name), this];
    return side && source ? { kind: 'lens', run: side.run.run.id, step: side.step, source } : null;
  }
  /** What was asked so already. */
  study(name: SideName): StudyRow | undefined {
    const request = this.request(name);
    if (!request) return undefined;
    return this.#analysis.measurements.studies.of(request.run, 'lens').find((row) => answers(row, request));
  }
  part(name: SideName): LensPart | null {
    const study = this.study(name);
    const [part] = study ? (this.#analysis.measurements.studies.parts(study.id) ?? []) : [];
    return (part?.result as LensPart | undefined) ?? null;
  }

  /** Texts that were looked at before, the newest first. */
  get kept(): LensRequest['source'][] {
    const all = this.#analysis.runs.flatMap(({ run }) => this.#analysis.measurements.studies.of(run.id, 'lens'));
    const sources = all
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .flatMap(({ request, done }) => (request.kind === 'lens' && done > 0 ? [request.source] : []));
    return [...new Map(sources.map((source) => [JSON.stringify(source), source])).values()];
  }
  take(source: LensRequest['source']): void {
    this.from = source.from;
    if (source.from === 'text') this.text = source.text;
    else this.position = source.position;
  }
}
