// What a family of mixture models calls its tensors, as data. A pattern's group `layer` is the layer's number, `expert` the
// expert's. It declines to read tensors.
import type { ExpertMatrixName } from '../../../shared/inspection.ts';

/** How a stored matrix or stack of matrices lies. */
export interface ExpertNaming {
  pattern: RegExp;
  /** gate-up holds both, packed. */
  matrix: ExpertMatrixName | 'gate-up';
  /** The two axes of one matrix: a linear layer's [out, in], or [in, out]. */
  order: 'out-in' | 'in-out';
  /** Of gate-up along its out axis: first all of gate, or one by one. */
  packing?: 'halves' | 'interleaved';
}

export interface Family {
  name: string;
  label: string;
  /** config.json's model_type. */
  modelTypes: readonly string[];
  /** Names that are there in this family; all must match some tensor. `says` goes into the evidence. */
  signs: readonly { pattern: RegExp; says: string; shape?: (shape: readonly number[], width: number) => boolean }[];
  /** Names that are there in others of the same naming. */
  absent?: readonly RegExp[];
  router: RegExp;
  /** Expert vectors as rows [E, D], as a linear layer has them, or as columns [D, E]. */
  routerOrder: 'experts-first' | 'width-first';
  /** Biases of the logits, or of the choice alone. */
  routerBias?: RegExp;
  experts: readonly ExpertNaming[];
  shared?: RegExp;
}

/** Names under `layers.N.`, whatever stands before. */
export const inLayer = (rest: string): RegExp => new RegExp(`(?:^|\\.)layers\\.(?<layer>\\d{1,6})\\.${rest}$`);

/** E × 3 linear layers, named like `gate`, `up` and `down`. */
export const perExpert = (prefix: string, gate: string, up: string, down: string): ExpertNaming[] =>
  (
    [
      ['gate', gate],
      ['up', up],
      ['down', down],
    ] as const
  ).map(([matrix, name]) => ({
    pattern: inLayer(`${prefix}\\.(?<expert>\\d{1,6})\\.${name}\\.weight`),
    matrix,
    order: 'out-in',
  }));

/** The two stacks that transformers 5 makes of them in memory, and writes where it is asked not to undo it. */
export const fused = (prefix: string): ExpertNaming[] => [
  { pattern: inLayer(`${prefix}\\.gate_up_proj`), matrix: 'gate-up', order: 'out-in', packing: 'halves' },
  { pattern: inLayer(`${prefix}\\.down_proj`), matrix: 'down', order: 'out-in' },
];

/** The naming that most families share since OLMoE. */
export const projections: readonly ExpertNaming[] = [
  ...perExpert('mlp\\.experts', 'gate_proj', 'up_proj', 'down_proj'),
  ...fused('mlp\\.experts'),
];

export const gateRouter = inLayer('mlp\\.gate\\.weight');
