// What is to be imported of a recording: which tags as which curves, and what x is. Begins with what the names tell.
import { SvelteMap } from 'svelte/reactivity';
import { type CurveChoice, mostImportedCurves, type Recording, type XKind } from '../../../shared/imports.ts';

export class RecordingChoice {
  readonly recording: Recording;
  /** Quantity by tag, of those that are chosen. */
  readonly quantities = new SvelteMap<string, string>();
  axis = $state('');
  x = $state<XKind>('step');
  tokensPerStep = $state('');
  name = $state('');

  constructor(recording: Recording) {
    this.recording = recording;
    const [axis] = recording.axes;
    this.axis = axis?.name ?? '';
    this.x = axis?.kind ?? 'step';
    this.name = (recording.path.split(/[\\/]/).findLast(Boolean) ?? '').slice(0, 200);
    for (const { tag, suggested } of recording.tags) {
      if (suggested && this.quantities.size < mostImportedCurves) this.quantities.set(tag, suggested);
    }
  }

  chooseAxis(name: string): void {
    this.axis = name;
    this.x = this.recording.axes.find((axis) => axis.name === name)?.kind ?? this.x;
  }

  /** Why it cannot be imported as it stands; null where it can. */
  get problem(): string | null {
    if (this.quantities.size === 0) return 'Choose at least one curve.';
    if (this.quantities.size > mostImportedCurves) return `Choose at most ${mostImportedCurves} curves at once.`;
    if ([...this.quantities.values()].some((quantity) => quantity.trim() === '')) return 'Give each curve a name.';
    const tokens = this.tokensPerStep.trim();
    if (tokens !== '' && !(Number(tokens) > 0 && Number.isFinite(Number(tokens))))
      return 'Tokens a step is a number above 0, like 65536.';
    return null;
  }

  get value(): CurveChoice {
    const tokens = this.tokensPerStep.trim();
    return {
      tags: [...this.quantities].map(([tag, quantity]) => ({ tag, quantity: quantity.trim() })),
      axis: this.axis,
      x: this.x,
      ...(tokens !== '' && this.x !== 'seconds' && { tokensPerStep: Number(tokens) }),
      ...(this.name.trim() !== '' && { name: this.name.trim() }),
    };
  }
}
