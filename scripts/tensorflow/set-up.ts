// The steps of the set-up, in order: look before anything is fetched, fetch, check, unpack, compile, try, put in place.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../../src/shared/errors.ts';
import { installation, recordPath } from '../../src/worker/engine/tensorflow/installation.ts';
import { compileBinding, libraries, type Toolchain } from './compile.ts';
import { extraRequirements, fetchWheels, requirePip } from './pip.ts';
import { attempt, lastWords, run, sentence } from './program.ts';
import {
  requireBindingSource,
  requireCompiler,
  requireHeaders,
  requirePlatform,
  requireSpace,
  thisPlatform,
} from './requirements.ts';
import { bytesBelow, megabytes, staged } from './staging.ts';
import { fileHash, notAsRecorded, recordedHashes, unpackWheel } from './wheel.ts';

const root = dirname(dirname(import.meta.dirname));

/** The release that the binding is known to compile and run with. */
export const release = '2.21.0';

export type Source = { kind: 'pip' } | { kind: 'wheels'; paths: string[] } | { kind: 'installed' };

export interface Wanted {
  folder: string;
  source: Source;
  gpu: boolean;
  again: boolean;
}

/** @param phase requirements, fetch, unpack, compile, test or done */
export type Report = (phase: string, message: string) => void;

/** Bytes on disk while it is being made: wheels, and what is in them. */
const spaceNeeded = { cpu: 1.5e9, gpu: 9e9 };

/** @returns what was done, in plain words. @throws LabError where it cannot be, and then nothing is left of it */
export async function setUpTensorflow(wanted: Wanted, report: Report, signal?: AbortSignal): Promise<string> {
  const { folder, gpu, again } = wanted;
  const variant = gpu ? 'gpu' : 'cpu';
  const present = installation(folder);
  if (present && present.variant === variant && !again) {
    return `TensorFlow ${present.tensorflow} (${variant}) is set up already, in ${folder}; --again makes it anew, --remove takes it away.`;
  }
  report('requirements', 'Looking for what is needed …');
  requirePlatform(thisPlatform(), gpu);
  const toolchain: Toolchain = {
    compiler: await requireCompiler(signal),
    headers: requireHeaders(root),
    source: requireBindingSource(root),
  };
  mkdirSync(dirname(folder), { recursive: true });
  requireSpace(dirname(folder), spaceNeeded[variant]);
  return staged(folder, async (staging) => {
    const version = await acquire(wanted, staging, report, signal);
    report('compile', `Compiling the binding with ${toolchain.compiler} …`);
    await compileBinding(staging, toolchain, signal);
    rmSync(join(staging, 'tensorflow', 'include'), { recursive: true, force: true });
    const bytes = bytesBelow(staging);
    writeFileSync(recordPath(staging), JSON.stringify({ tensorflow: version, variant, bytes }));
    report('test', 'Running the self-test …');
    const device = await selfTest(staging, signal);
    const place = `It lies in ${folder} and takes ${megabytes(bytes)}; "npm run setup:tensorflow -- --remove" takes it away.`;
    return `The engine "tensorflow" is ready: TensorFlow ${version}, its self-test passed on ${device}. ${place}`;
  });
}

/** Puts TensorFlow's libraries and headers into the folder, as they lie in a wheel. @returns its version */
async function acquire(wanted: Wanted, folder: string, report: Report, signal?: AbortSignal): Promise<string> {
  if (wanted.source.kind === 'installed') return takeInstalled(folder, report, signal);
  const fetched = join(folder, 'wheels');
  const unpack = async (path: string) => {
    report('unpack', `Unpacking ${path.split('/').at(-1)}, and checking it against its record …`);
    return unpackWheel(path, folder, isWanted, signal);
  };
  if (wanted.source.kind === 'wheels') {
    const contents = [];
    for (const path of wanted.source.paths) contents.push(await unpack(path));
    return versionOf(contents.map(({ metadata }) => metadata));
  }
  await requirePip(signal);
  const name = wanted.gpu || process.arch === 'arm64' ? 'tensorflow' : 'tensorflow-cpu';
  const size = wanted.gpu ? 'some gigabytes with its CUDA libraries' : 'about 270 MB';
  report('fetch', `Fetching ${name} ${release} through pip (${size}) …`);
  mkdirSync(fetched);
  const [own] = await fetchWheels([`${name}==${release}`], fetched, signal);
  const { metadata } = await unpack(own!);
  rmSync(own!);
  if (wanted.gpu) {
    report('fetch', 'Fetching the CUDA libraries that it wants …');
    for (const path of await fetchWheels(extraRequirements(metadata, 'and-cuda'), fetched, signal)) {
      await unpack(path);
      rmSync(path);
    }
  }
  rmSync(fetched, { recursive: true });
  return versionOf([metadata]);
}

const headers =
  /^tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/[\w/]+\.h$/;

/** TensorFlow's libraries and the headers that the binding includes; of NVIDIA's wheels the libraries, and what compiles for a GPU. */
export const isWanted = (file: string): boolean =>
  libraries.some((name) => file === `tensorflow/${name}`) ||
  headers.test(file) ||
  /^nvidia\/\w+\/(lib|nvvm|bin)\//.test(file);

function versionOf(metadata: readonly string[]): string {
  for (const text of metadata) {
    const name = /^Name: (.+)$/m.exec(text)?.[1] ?? '';
    const version = /^Version: (.+)$/m.exec(text)?.[1]?.trim();
    if (/^tensorflow([-_]cpu)?$/.test(name.trim()) && version) return requireRelease(version);
  }
  throw new LabError('engine', 'There is no package tensorflow or tensorflow-cpu among what was given.', {
    remedy: `Give a wheel of one of them with --wheel PATH, or for --installed "python3 -m pip install tensorflow==${release}".`,
  });
}

/** The C interface that the binding uses is the same in all of TensorFlow 2; older ones do not have their libraries under these names. */
function requireRelease(version: string): string {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  if (major === 2 && minor >= 21) return version;
  throw new LabError('engine', `This is TensorFlow ${version}, and 2.21 or a newer 2 is needed.`, {
    value: version,
    remedy: `Use TensorFlow ${release}.`,
  });
}

/** Prints what Python has of TensorFlow, and of NVIDIA's libraries that were installed with it. */
const findInstalled = `
import importlib.metadata, json
found = [d for d in importlib.metadata.distributions() if d.metadata["Name"].replace("_", "-").startswith(("tensorflow", "nvidia-"))]
print(json.dumps([{"metadata": d.read_text("METADATA"), "root": str(d.locate_file("")), "record": d.read_text("RECORD")} for d in found]))
`;

interface Distribution {
  metadata: string;
  root: string;
  record: string | null;
}

async function takeInstalled(folder: string, report: Report, signal?: AbortSignal): Promise<string> {
  const text = await run('python3', ['-c', findInstalled], {
    failure: 'python3 could not be asked for its TensorFlow',
    remedy: 'Install Python 3, or leave --installed out.',
    signal,
  });
  const found = JSON.parse(text) as Distribution[];
  const version = versionOf(found.map(({ metadata }) => metadata));
  report('unpack', `Copying the TensorFlow ${version} of python3, and checking it against its record …`);
  for (const { root: from, record } of found) {
    const hashes = recordedHashes(record ?? '');
    for (const file of [...hashes.keys()].filter(isWanted)) {
      cpSync(join(from, file), join(folder, file), { dereference: true });
      const hash = Buffer.from(await fileHash(join(folder, file), signal), 'hex').toString('base64url');
      if (hash !== hashes.get(file)) throw notAsRecorded(file, from);
    }
  }
  return version;
}

/** @returns the device that it ran on. @throws LabError where it failed */
async function selfTest(folder: string, signal?: AbortSignal): Promise<string> {
  const program = join(import.meta.dirname, 'self-test.ts');
  const env = { ...process.env, SIMBAL_TENSORFLOW: folder };
  const ended = (await attempt(process.execPath, [program], { signal, env }))!;
  const line = ended.stdout.trim().split('\n').at(-1) ?? '';
  const remedy = 'See docs/tensorflow.md on what TensorFlow wants of a processor and of a driver.';
  if (ended.code !== 0 || !line.startsWith('{')) {
    const why = ended.code === null ? 'it was ended by the system (a processor without AVX?)' : lastWords(ended);
    throw new LabError('engine', `TensorFlow was built in, but does not run here: ${sentence(why)}`, { remedy });
  }
  const { device, error, passed } = JSON.parse(line) as { device: string; error: number; passed: boolean };
  if (passed) return device;
  throw new LabError('engine', `On ${device} its gradients differ from the reference by ${error.toExponential(1)}.`, {
    remedy,
  });
}
