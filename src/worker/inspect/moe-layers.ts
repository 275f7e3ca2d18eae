// Where each layer's router and experts lie, by the naming of a family. A slice says which numbers of which tensor make up one
// expert's matrix and how to lay them out; `readExpertMatrix` reads it.
import { type ExpertMatrixName, expertMatrices } from '../../shared/inspection.ts';
import type { ExpertNaming, Family } from './families/family.ts';
import type { Weights, WeightTensor } from './weights.ts';

/** `rows` × `columns` numbers from `offset` on; of those, the matrix is every one, or every second row or column. */
export interface MatrixSlice {
  tensor: string;
  offset: number;
  rows: number;
  columns: number;
  order: 'out-in' | 'in-out';
  /** Which of the positions of the out axis: all, the even or the odd. */
  take: 'all' | 'even' | 'odd';
}

export interface MoeLayer {
  layer: number;
  router: { tensor: string; order: Family['routerOrder']; experts: number; width: number };
  routerBias: string | null;
  experts: number;
  /** Of each expert, its three matrices; null where the file lacks one or its shape makes no sense. */
  matrices: readonly (Record<ExpertMatrixName, MatrixSlice> | null)[];
  /** 'per expert', 'fused', … as a person would say it. */
  stored: string;
}

export interface MoeLayout {
  layers: MoeLayer[];
  /** Tensors by what they are to the mixture. */
  routerTensors: ReadonlySet<string>;
  expertTensors: ReadonlyMap<string, number>;
  sharedTensors: ReadonlySet<string>;
  /** What did not fit, one sentence a piece. */
  doubts: string[];
}

/** As in this lab's own configurations; a file can claim any number, in tensors of no bytes. */
const maximumExperts = 4096;
/** A router or one expert's matrix is read whole: 1 GB. */
const maximumNumbers = 2 ** 28;

interface Collected {
  router: WeightTensor | null;
  bias: string | null;
  matrices: Map<number, Partial<Record<ExpertMatrixName, MatrixSlice>>>;
  stored: Set<string>;
}

export function moeLayout(weights: Weights, family: Family): MoeLayout {
  const byLayer = new Map<number, Collected>();
  const [routerTensors, expertTensors, sharedTensors] = [
    new Set<string>(),
    new Map<string, number>(),
    new Set<string>(),
  ];
  const doubts: string[] = [];
  const at = (layer: number): Collected => {
    const present = byLayer.get(layer) ?? { router: null, bias: null, matrices: new Map(), stored: new Set<string>() };
    byLayer.set(layer, present);
    return present;
  };
  for (const tensor of weights.tensors.values()) {
    const router = family.router.exec(tensor.name);
    if (router && tensor.shape.length === 2) {
      routerTensors.add(tensor.name);
      at(Number(router.groups!.layer)).router = tensor;
      continue;
    }
    const bias = family.routerBias?.exec(tensor.name);
    if (bias) {
      routerTensors.add(tensor.name);
      at(Number(bias.groups!.layer)).bias = tensor.name;
      continue;
    }
    if (family.shared?.test(tensor.name)) sharedTensors.add(tensor.name);
    for (const naming of family.experts) {
      const match = naming.pattern.exec(tensor.name);
      if (!match) continue;
      const layer = Number(match.groups!.layer);
      expertTensors.set(tensor.name, layer);
      const expert = match.groups!.expert;
      const fault = addSlices(at(layer), naming, tensor, expert === undefined ? null : Number(expert));
      if (fault) doubts.push(fault);
    }
  }
  // Biases of stacked experts, [E, …], belong to them too.
  for (const { name } of weights.tensors.values()) {
    const stack = expertTensors.get(name.replace(/_bias$/, ''));
    if (stack !== undefined && name.endsWith('_bias')) expertTensors.set(name, stack);
  }
  const layers = [...byLayer]
    .sort(([a], [b]) => a - b)
    .flatMap(([layer, collected]) => finish(layer, collected, family, doubts));
  return { layers, routerTensors, expertTensors, sharedTensors, doubts };
}

function addSlices(
  { matrices, stored }: Collected,
  naming: ExpertNaming,
  tensor: WeightTensor,
  expert: number | null,
): string | null {
  const rank = expert === null ? 3 : 2;
  if (tensor.shape.length !== rank) {
    return `${tensor.name} has the shape [${tensor.shape}] where ${rank} axes were expected; it was left out.`;
  }
  const [rows, columns] = tensor.shape.slice(-2) as [number, number];
  const count = expert === null ? tensor.shape[0]! : 1;
  if (
    count > maximumExperts ||
    rows * columns > maximumNumbers ||
    (naming.matrix === 'gate-up' && rows % 2 && columns % 2)
  ) {
    return `${tensor.name} has the shape [${tensor.shape}], which is not that of experts; it was left out.`;
  }
  // MXFP4 packs along the in axis, which is therefore the last.
  const order = tensor.stored === 'mxfp4' ? 'out-in' : naming.order;
  stored.add(expert === null ? `fused [${tensor.shape}]` : 'one tensor a matrix');
  for (let member = 0; member < count; member++) {
    const offset = member * rows * columns;
    const whole: MatrixSlice = { tensor: tensor.name, offset, rows, columns, order, take: 'all' };
    const index = expert ?? member;
    matrices.set(index, { ...matrices.get(index), ...unpack(naming, whole) });
  }
  return null;
}

function unpack(naming: ExpertNaming, whole: MatrixSlice): Partial<Record<ExpertMatrixName, MatrixSlice>> {
  if (naming.matrix !== 'gate-up') return { [naming.matrix]: whole };
  if (naming.packing === 'interleaved') return { gate: { ...whole, take: 'even' }, up: { ...whole, take: 'odd' } };
  const rows = whole.rows / 2;
  return { gate: { ...whole, rows }, up: { ...whole, rows, offset: whole.offset + rows * whole.columns } };
}

function finish(
  layer: number,
  { router, bias, matrices, stored }: Collected,
  family: Family,
  doubts: string[],
): MoeLayer[] {
  if (!router) {
    if (matrices.size > 1) doubts.push(`Layer ${layer} has experts but no router.`);
    return [];
  }
  const [first, second] = router.shape as [number, number];
  const [experts, width] = family.routerOrder === 'experts-first' ? [first, second] : [second, first];
  if (experts < 1 || experts > maximumExperts || width < 1 || experts * width > maximumNumbers) {
    doubts.push(`${router.name} has the shape [${router.shape}], which is not that of a router; it was left out.`);
    return [];
  }
  const complete = Array.from({ length: experts }, (_, expert) => {
    const found = matrices.get(expert);
    return found && expertMatrices.every((name) => found[name])
      ? (found as Record<ExpertMatrixName, MatrixSlice>)
      : null;
  });
  const missing = complete.filter((found) => !found).length;
  if (missing > 0)
    doubts.push(`Layer ${layer} has ${experts} experts by its router, but ${missing} of them are not complete.`);
  if (matrices.size > experts)
    doubts.push(`Layer ${layer} has ${matrices.size} experts, but its router knows ${experts}.`);
  return [
    {
      layer,
      router: { tensor: router.name, order: family.routerOrder, experts, width },
      routerBias: bias,
      experts,
      matrices: complete,
      stored: [...stored].join(', ') || 'nothing',
    },
  ];
}

/** R of a layer as rows: E vectors of D numbers. */
export async function readRouter(weights: Weights, { router }: MoeLayer): Promise<Float32Array> {
  const values = await weights.read(router.tensor);
  return router.order === 'experts-first' ? values : transpose(values, router.width, router.experts);
}

/** Rows and columns of a slice's matrix as [out, in]. */
export function matrixShape({ rows, columns, order, take }: MatrixSlice): [out: number, inner: number] {
  const [out, inner] = order === 'out-in' ? [rows, columns] : [columns, rows];
  return [take === 'all' ? out : out / 2, inner];
}

/** One matrix of one expert, [out, in] row-major, whatever the file's layout. */
export async function readExpertMatrix(weights: Weights, slice: MatrixSlice): Promise<Float32Array> {
  const { rows, columns, order, take } = slice;
  const raw = await weights.read(slice.tensor, slice.offset, rows * columns);
  const values = order === 'out-in' ? raw : transpose(raw, rows, columns);
  if (take === 'all') return values;
  const [out, inner] = matrixShape(slice);
  const taken = new Float32Array(out * inner);
  for (let row = 0; row < out; row++) {
    const from = (2 * row + (take === 'even' ? 0 : 1)) * inner;
    taken.set(values.subarray(from, from + inner), row * inner);
  }
  return taken;
}

/** [rows, columns] row-major → [columns, rows]. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!;
  }
  return turned;
}
