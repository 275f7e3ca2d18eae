// What the criteria know: measures of the unpruned model on a sample of its training tokens, never of the validation split.
import { trainBatch, windowCount } from '../data/batches.ts';
import { unitColumns } from '../measures/router-columns.ts';
import { routerOrthogonality } from '../measures/router-orthogonality.ts';
import { calibrationProgram } from '../programs/calibration.ts';
import type { UnprunedModel } from './unpruned-model.ts';

export interface Calibration {
  layers: number;
  experts: number;
  /** Training tokens that it saw. */
  tokens: number;
  /** L × E slots, and sums of their gates. */
  counts: Float64Array;
  gates: Float64Array;
  /** L × E sums of gate·‖f(x)‖ over the expert's tokens, and L × E × E mean cosines of outputs; null where not asked for. */
  outputs: { saliency: Float64Array; cosines: Float64Array } | null;
  /** L × E × E cosines of the columns of R. */
  routers: Float64Array;
}

export interface CalibrationOptions {
  tokens: number;
  seed: number;
  outputs: boolean;
}

/**
 * Windows of the training split in the order of `seed`, whole batches, at most the split once. Yields after each batch, so
 * that its caller can stop it.
 */
export async function* calibrate(
  { configuration: { model, training }, corpus, engine, bias }: UnprunedModel,
  { tokens, seed, outputs }: CalibrationOptions,
): AsyncGenerator<{ done: number; total: number }, Calibration> {
  const { layers: L, experts: E, context } = model;
  const windows = windowCount(corpus, 'train', context);
  const batch = Math.min(training.batch, windows);
  const total = Math.min(Math.ceil(tokens / (batch * context)), Math.floor(windows / batch));
  const sums = { counts: zeros(L * E), gates: zeros(L * E), saliency: zeros(L * E), cosines: zeros(L * E * E) };
  const program = await engine.compile(calibrationProgram(model, batch, { withBias: bias !== null, outputs }));
  try {
    for (let step = 1; step <= total; step++) {
      const { tokens: inputs } = trainBatch(corpus, { seed, batch, context, accumulate: 1 }, step);
      const measured = await program.run({ tokens: inputs, ...(bias && { bias }) });
      for (const [name, sum] of Object.entries(sums)) {
        const share = name === 'cosines' ? 1 / total : 1;
        measured[name]?.data.forEach((value, index) => {
          sum[index]! += share * value;
        });
      }
      yield { done: step, total };
    }
  } finally {
    await program.dispose();
  }
  const { counts, gates, saliency, cosines } = sums;
  const routers = zeros(L * E * E);
  for (let layer = 0; layer < L; layer++) {
    const router = await engine.download('parameter', `layers.${layer}.router`);
    routers.set(routerOrthogonality(unitColumns(router, E), E).gram, layer * E * E);
  }
  return {
    layers: L,
    experts: E,
    tokens: total * batch * context,
    counts,
    gates,
    outputs: outputs ? { saliency, cosines } : null,
    routers,
  };
}

const zeros = (length: number) => new Float64Array(length);
