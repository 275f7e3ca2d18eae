// The new experiment while it is being filled in.
import type { CorpusRow } from '../../shared/api.ts';
import { objectiveColour, objectiveLabel } from '../../shared/config/objectives.ts';
import { presetNamed, presets } from '../../shared/config/presets.ts';
import type { ObjectiveKind } from '../../shared/config/schema.ts';
import { checkDraft, defaultObjective, draftOf, type RouterInit, type Texts, textsOf } from './draft.ts';
import type { Runs } from './runs.svelte.ts';

export class DraftState {
  readonly #runs: Runs;
  #preset = $state(presets[0]!.name);
  #texts = $state<Texts>(textsOf(presets[0]!.name));
  #corpus = $state<string | null>(null);
  #name = $state<string | null>(null);
  objectives = $state<string[]>(['none', defaultObjective('lbl-sequence'), defaultObjective('simbal')]);
  seeds = $state('0, 1, 2');
  routerInit = $state<RouterInit>('paired');

  #checked = $derived.by(() =>
    checkDraft({
      preset: this.#preset,
      corpus: this.corpus?.description,
      texts: this.#texts,
      routerInit: this.routerInit,
      objectives: this.dense ? ['none'] : this.objectives,
      seeds: this.seeds,
    }),
  );

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  get preset(): string {
    return this.#preset;
  }
  set preset(name: string) {
    this.#preset = name;
    this.#texts = textsOf(name);
  }
  get texts(): Texts {
    return this.#texts;
  }
  get dense(): boolean {
    return this.#texts['model.kind'] === 'dense';
  }
  /** The chosen corpus; else the newest of the preset's tokenizer, else the newest. */
  get corpus(): CorpusRow | undefined {
    const { corpora } = this.#runs;
    const { tokenizer } = presetNamed(this.#preset);
    return (
      corpora.find(({ description }) => description.hash === this.#corpus) ??
      corpora.findLast(({ description }) => description.tokenizer === tokenizer) ??
      corpora.at(-1)
    );
  }
  set corpusHash(hash: string) {
    this.#corpus = hash;
  }
  get name(): string {
    return this.#name ?? `${this.#preset} on ${this.corpus?.description.name.slice(0, 60) ?? 'a corpus'}`;
  }
  set name(name: string) {
    this.#name = name;
  }
  get problems(): ReadonlyMap<string, string> {
    const { problems } = this.#checked;
    return this.name === '' ? new Map([...problems, ['name', 'A name has at least one character.']]) : problems;
  }
  get configurations() {
    return this.#checked.configurations;
  }
  get seedList() {
    return this.#checked.seeds;
  }
  get count(): number {
    return (this.dense ? 1 : this.objectives.length) * this.seedList.length;
  }
  get holds(): boolean {
    return this.problems.size === 0 && this.count > 0;
  }

  /** With a configuration as a file holds it; what is missing is the preset's, what is wrong says so in its field. */
  fill(value: Readonly<Record<string, unknown>>): void {
    const filled = draftOf(
      value,
      this.#runs.corpora.map(({ description }) => description),
    );
    this.preset = filled.preset;
    this.#texts = filled.texts;
    this.#name = filled.name;
    this.#corpus = filled.corpus;
    this.objectives = [filled.objective];
    this.seeds = filled.seeds;
    this.routerInit = filled.routerInit;
  }

  has(kind: ObjectiveKind | 'none'): boolean {
    return this.objectives.some((line) => line.split(':')[0] === kind && !line.includes(','));
  }
  toggle(kind: ObjectiveKind | 'none'): void {
    if (this.has(kind)) {
      this.objectives = this.objectives.filter((line) => line.split(':')[0] !== kind || line.includes(','));
    } else this.objectives = [...this.objectives, kind === 'none' ? 'none' : defaultObjective(kind)];
  }
  /** Label and colour of a line that holds. */
  described(index: number): { label: string; colour: ReturnType<typeof objectiveColour> } | null {
    const line = this.configurations.find(
      (_, at) => at === index && this.configurations.length === (this.dense ? 1 : this.objectives.length),
    );
    return line ? { label: objectiveLabel(line.objective), colour: objectiveColour(line.objective) } : null;
  }
}
