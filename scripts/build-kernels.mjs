// Compiles the optimizer's AssemblyScript to out/kernels/optimizer.wasm: 128-bit SIMD over a memory shared between threads.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { error, stderr } = await asc.main([
  join('src', 'worker', 'engine', 'onnx', 'optimizer.as.ts'),
  ...['--baseDir', root, '--outFile', join('out', 'kernels', 'optimizer.wasm')],
  ...['--runtime', 'stub', '--optimizeLevel', '3', '--noAssert'],
  ...['--enable', 'simd', '--enable', 'threads', '--importMemory', '--sharedMemory', '--maximumMemory', '65536'],
]);
if (error) {
  process.stderr.write(`${stderr}\n${error.message}\n`);
  process.exit(1);
}
