// The sizes of a benchmarked model, shared by both sides of a comparison.
import { countParameters } from '../../src/shared/config/index.ts';
import type { ModelConfiguration } from '../../src/shared/config/schema.ts';

export interface Shape {
  vocabulary: number;
  width: number;
  layers: number;
  heads: number;
  context: number;
  batch: number;
  experts: number;
  active: number;
  'expert-width': number;
}

/** The model of the shape with every open choice at its default; orthogonal routers, as SimBal starts. */
export const modelOf = (shape: Shape): ModelConfiguration => ({
  kind: 'moe',
  vocabulary: shape.vocabulary,
  width: shape.width,
  layers: shape.layers,
  heads: shape.heads,
  context: shape.context,
  experts: shape.experts,
  active: shape.active,
  expertWidth: shape['expert-width'],
  ropeTheta: 1e4,
  normEpsilon: 1e-6,
  queryKeyNorm: false,
  renormalise: false,
  outputZLoss: 1e-5,
  initDeviation: 0.02,
  routerInit: 'orthogonal',
});

export const describe = (shape: Shape): string =>
  `${(countParameters(modelOf(shape)).total / 1e6).toFixed(1)}M parameters (V ${shape.vocabulary}, D ${shape.width}, ` +
  `L ${shape.layers}, E ${shape.experts}, K ${shape.active}, ${shape.batch}×${shape.context} tokens)`;

const engineDocument: Shape = {
  vocabulary: 4096,
  width: 256,
  layers: 4,
  heads: 4,
  context: 256,
  batch: 8,
  experts: 16,
  active: 2,
  'expert-width': 256,
};

export const shapes: Record<'3M' | '16M' | '60M', Shape> = {
  '3M': { ...engineDocument, vocabulary: 257, width: 128, context: 128, batch: 16, 'expert-width': 128 },
  '16M': engineDocument,
  '60M': { ...engineDocument, width: 512, heads: 8, 'expert-width': 512 },
};
