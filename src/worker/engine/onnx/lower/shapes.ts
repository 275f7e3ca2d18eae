// tfjs kernels that move data without arithmetic.
import { tf } from '../../tf.ts';
import type { TraceBackend } from '../trace-backend.ts';
import type { Inputs, Lowerings } from './register.ts';

function reshape(backend: TraceBackend, x: Inputs[string], shape: number[]) {
  const values = backend.traced(x).values;
  if (values && backend.traced(x).name === undefined) return backend.known(values, shape, x.dtype);
  return backend.result(
    backend.graph.node('Reshape', [backend.nameOf(x), backend.graph.indices(shape)]),
    shape,
    x.dtype,
  );
}

const filled = (backend: TraceBackend, shape: number[], value: number, dtype: 'float32' | 'int32') => {
  const name = backend.graph.constant(dtype, [1], [value]);
  const full = shape.length === 0 ? [name, backend.graph.indices([])] : [name, backend.graph.indices(shape)];
  return backend.result(backend.graph.node(shape.length === 0 ? 'Reshape' : 'Expand', full), shape, dtype);
};

export const shapes: Lowerings = {
  Reshape: (backend, { x }, { shape }) =>
    reshape(backend, x!, tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x!.shape))),
  ExpandDims: (backend, { input }, { dim }) => {
    const shape = [...input!.shape];
    shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1);
    return reshape(backend, input!, shape);
  },
  Transpose: (backend, { x }, { perm }) =>
    backend.result(
      backend.graph.node('Transpose', [backend.nameOf(x!)], { perm: [...perm] }),
      perm.map((axis) => x!.shape[axis]!),
      x!.dtype,
    ),
  Slice: (backend, { x }, { begin, size }) => {
    const [starts, sizes] = tf.slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
    const ends = starts.map((start, axis) => start + sizes[axis]!);
    const { graph } = backend;
    return backend.result(
      graph.node('Slice', [backend.nameOf(x!), graph.indices(starts), graph.indices(ends)]),
      sizes,
      x!.dtype,
    );
  },
  Concat: (backend, inputs, { axis }) => {
    const parts = Object.values(inputs);
    const along = tf.util.parseAxisParam(axis, parts[0]!.shape)[0]!;
    const shape = tf.backend_util.computeOutShape(
      parts.map((part) => part.shape),
      along,
    );
    return backend.result(
      backend.graph.node(
        'Concat',
        parts.map((part) => backend.nameOf(part)),
        { axis: along },
      ),
      shape,
      parts[0]!.dtype,
    );
  },
  SplitV: (backend, { x }, { numOrSizeSplits, axis }) => {
    const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as never, numOrSizeSplits, along);
    const inputs = [backend.nameOf(x!), backend.graph.indices(sizes)];
    return backend.graph.nodes('Split', inputs, sizes.length, { axis: along }).map((name, index) => {
      const shape = [...x!.shape];
      shape[along] = sizes[index]!;
      return backend.result(name, shape, x!.dtype);
    });
  },
  Tile: (backend, { x }, { reps }) =>
    backend.result(
      backend.graph.node('Tile', [backend.nameOf(x!), backend.graph.indices(reps)]),
      x!.shape.map((size, axis) => size * reps[axis]!),
      x!.dtype,
    ),
  ZerosLike: (backend, { x }) => filled(backend, x!.shape, 0, x!.dtype === 'int32' ? 'int32' : 'float32'),
  Fill: (backend, _, { shape, value, dtype }) => filled(backend, shape, value, dtype === 'int32' ? 'int32' : 'float32'),
};
