// Compiles the binding of @tensorflow/tfjs-node-gpu against TensorFlow's own headers and libraries. One compiler call, without
// node-gyp, which would fetch the headers of Node and want Python.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { bindingPath } from '../../src/worker/engine/tensorflow/installation.ts';
import { run } from './program.ts';

/** What of a TensorFlow wheel is wanted: its libraries, and the headers that the binding includes. */
export const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

export interface Toolchain {
  compiler: string;
  /** With node_api.h. */
  headers: string;
  /** The package with the binding's source. */
  source: string;
}

/** @param folder with tensorflow/, as it lies in a wheel; the binding is written beside it */
export async function compileBinding(
  folder: string,
  { compiler, headers, source }: Toolchain,
  signal?: AbortSignal,
): Promise<void> {
  const sources = globSync('*.cc', { cwd: join(source, 'binding') }).map((file) => join(source, 'binding', file));
  const includes = [join(folder, 'tensorflow', 'include'), headers, source].map((path) => `-I${path}`);
  const linked = [`-L${join(folder, 'tensorflow')}`, ...libraries.map((name) => `-l:${name}`)];
  const output = ['-Wl,-rpath,$ORIGIN/tensorflow', '-o', bindingPath(folder)];
  const flags = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-w'];
  await run(compiler, [...flags, ...includes, ...sources, ...linked, ...output], {
    failure: `${compiler} could not compile the binding`,
    remedy: 'A compiler for C++17 is needed, and its standard library; see docs/tensorflow.md.',
    signal,
  });
}
