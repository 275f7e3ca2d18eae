// What the set-up needs of a machine, each refused in a sentence where it is missing, before anything is fetched.
import { existsSync, globSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../../src/shared/errors.ts';
import { attempt } from './program.ts';

export interface Platform {
  platform: NodeJS.Platform;
  arch: string;
  /** Version of the C library, where it is glibc. */
  glibc: string | undefined;
}

export function thisPlatform(): Platform {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { platform: process.platform, arch: process.arch, glibc: header.glibcVersionRuntime };
}

const otherwise = 'Use the engine onnx-cpu or onnx-webgpu, which need nothing set up.';

/** @throws LabError where no official TensorFlow exists in a form that this set-up can use. */
export function requirePlatform({ platform, arch, glibc }: Platform, gpu: boolean): void {
  const where = `${platform}-${arch}`;
  if (platform !== 'linux') {
    throw new LabError('engine', `The TensorFlow engine is set up on Linux only, and this is ${where}.`, {
      value: where,
      remedy: otherwise,
    });
  }
  if (glibc === undefined) {
    throw new LabError(
      'engine',
      'TensorFlow is made for systems with glibc, and this one has another C library (musl).',
      {
        value: 'musl',
        remedy: otherwise,
      },
    );
  }
  if (arch !== 'x64' && arch !== 'arm64') {
    throw new LabError('engine', `TensorFlow has no wheel for ${where}.`, { value: where, remedy: otherwise });
  }
  if (gpu && arch !== 'x64') {
    throw new LabError('engine', `TensorFlow's wheel with CUDA is for x64, and this is ${where}.`, {
      field: '--gpu',
      value: where,
      remedy: 'Leave --gpu out.',
    });
  }
}

/** The C++ compiler's name. @throws LabError where there is none. */
export async function requireCompiler(signal?: AbortSignal): Promise<string> {
  for (const name of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    if (name && (await attempt(name, ['--version'], { signal }))?.code === 0) return name;
  }
  throw new LabError('engine', 'There is no C++ compiler here (looked for $CXX, c++, g++ and clang++).', {
    remedy: 'Install one ("apt install g++", "dnf install gcc-c++") and try again.',
  });
}

/** The folder with node_api.h. Node-API is stable, so that the headers of any Node serve. */
export function requireHeaders(root: string): string {
  const inNodePackage = globSync('node_modules/node/node_modules/node-*/include/node', { cwd: root });
  const candidates = [
    join(root, 'node_modules', 'node-api-headers', 'include'),
    ...inNodePackage.map((path) => join(root, path)),
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    '/usr/local/include/node',
    '/usr/include/node',
  ];
  const found = candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found) return found;
  throw new LabError('engine', `The header node_api.h is nowhere (looked in ${candidates.join(', ')}).`, {
    remedy: 'Run "npm ci", or install the headers of Node ("apt install libnode-dev").',
  });
}

/** The folder with the binding's source. */
export function requireBindingSource(root: string): string {
  const folder = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  if (existsSync(join(folder, 'binding', 'tfjs_binding.cc'))) return folder;
  throw new LabError(
    'engine',
    'The optional package @tensorflow/tfjs-node-gpu, which has the binding, is not installed.',
    {
      field: folder,
      remedy: 'Run "npm ci" without leaving optional packages out.',
    },
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** @param folder one that exists, on the disk in question */
export function requireSpace(folder: string, needed: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= needed) return;
  throw new LabError(
    'engine',
    `${folder} has ${gigabytes(bavail * bsize)} free, and about ${gigabytes(needed)} are needed.`,
    {
      field: folder,
      remedy: 'Free some space, or name another folder with SIMBAL_TENSORFLOW.',
    },
  );
}
