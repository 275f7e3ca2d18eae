// What a home keeps of a run, as text that two runs can be compared by: everything but what a clock said.
import type { ReadOnlyStore } from '../../src/main/store/index.ts';
import type { Evaluation } from '../../src/shared/worker-messages.ts';

const ofClocks = ['seconds', 'tokensPerSecond'];

export interface KeptRun {
  /** Each metric's visible curve. */
  curves: Record<string, string>;
  /** The evaluation of each step. */
  evaluations: Record<number, string>;
  /** Hashes of weights and moments, of each step with a checkpoint. */
  weights: Record<number, string>;
}

export function keptOf(store: ReadOnlyStore, run: string): KeptRun {
  const names = store.metrics.names(run).filter((name) => !ofClocks.includes(name));
  const evaluations = store.evaluations.list(run);
  return {
    curves: Object.fromEntries(names.map((name) => [name, JSON.stringify(store.metrics.series(run, name))])),
    evaluations: Object.fromEntries(evaluations.map(({ evaluation }) => [evaluation.step, evaluationText(evaluation)])),
    weights: Object.fromEntries(store.checkpoints.list(run).map(({ step, hashes }) => [step, weightsText(hashes)])),
  };
}

const evaluationText = ({ cost: _, seconds: __, ...measured }: Evaluation) => JSON.stringify(measured);

export const weightsText = (hashes: Record<string, string>): string =>
  `${hashes['model.safetensors']} ${hashes['optimizer.safetensors']}`;

/**
 * The first difference in words; null where what `run` kept is byte for byte what `reference` did. Checkpoints of steps that
 * `reference` has none of, as a pause writes them, are left out.
 */
export function difference(run: KeptRun, reference: KeptRun): string | null {
  for (const part of ['curves', 'evaluations'] as const) {
    for (const name of new Set([...Object.keys(run[part]), ...Object.keys(reference[part])])) {
      const [here, there] = [run, reference].map((kept) => (kept[part] as Record<string, string>)[name]);
      if (here !== there) return `${part} ${name}: ${here?.slice(0, 200)} where there was ${there?.slice(0, 200)}`;
    }
  }
  const last = Object.keys(reference.weights).at(-1)!;
  if (!(last in run.weights)) return `there is no checkpoint of step ${last}`;
  const both = Object.keys(run.weights)
    .map(Number)
    .filter((step) => step in reference.weights);
  const other = both.find((step) => run.weights[step] !== reference.weights[step]);
  return other === undefined ? null : `the weights or moments of step ${other} differ`;
}
