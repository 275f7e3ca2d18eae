// Router geometry over checkpoints: is it scale or direction? No forward pass but for the load.
import { z } from 'zod';
import { run, steps, tokens } from './fields.ts';

export const geometryRequestSchema = z.strictObject({
  kind: z.literal('geometry'),
  run,
  steps,
  /** Sample for the load of each expert. */
  tokens: tokens(16_384),
});

export type GeometryRequest = z.infer<typeof geometryRequestSchema>;

/** One checkpoint; R is one layer's router [D, E], an expert's vector one of its columns. */
export interface GeometryPart {
  step: number;
  layers: number;
  experts: number;
  /** L × E × E: RᵀR, and the same of columns at unit length. */
  gram: Float64Array;
  cosine: Float64Array;
  /** L × min(D, E) singular values of R, falling. */
  singularValues: number[][];
  /** L × E lengths of the experts' vectors, and share of the slots of each expert. */
  norms: number[][];
  load: number[][];
  /** L: Pearson correlation of length and load; null where one of them does not vary. */
  normLoadCorrelation: (number | null)[];
  /** L: ‖R − R′‖ / ‖R′‖ and mean cosine of columns with the checkpoint before, R′; null at the first. */
  drift: { relative: number[]; cosine: number[] } | null;
  /** L: ‖RᵀR − I‖₁, mean (RᵀR − I)², and the same mean of the cosine matrix: direction alone. */
  orthogonality: { l1: number[]; meanSquare: number[]; direction: number[] };
}
