// The set-up of TensorFlow without TensorFlow: what it refuses, what it checks, and that it leaves nothing half-made.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { extraRequirements } from '../scripts/tensorflow/pip.ts';
import { attempt } from '../scripts/tensorflow/program.ts';
import { requireBindingSource, requirePlatform, requireSpace } from '../scripts/tensorflow/requirements.ts';
import { isWanted } from '../scripts/tensorflow/set-up.ts';
import { removeTensorflow, staged } from '../scripts/tensorflow/staging.ts';
import { recordedHashes, unpackWheel } from '../scripts/tensorflow/wheel.ts';
import { temporaryFolder } from '../src/worker/data/temporary-folder.testing.ts';

const root = dirname(import.meta.dirname);
const library = 'tensorflow/libtensorflow_cc.so.2';

/** A wheel of these files; RECORD has the hashes of `recorded`, which are theirs unless said otherwise. */
async function wheel(files: Record<string, string>, recorded = files): Promise<string> {
  const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
  const lines = Object.entries(recorded).map(([name, text]) => `${name},sha256=${hash(text)},${text.length}`);
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.addBuffer(Buffer.from('Name: tensorflow_cpu\nVersion: 2.21.0\n'), 'tensorflow_cpu-2.21.0.dist-info/METADATA');
  zip.addBuffer(Buffer.from(lines.join('\n')), 'tensorflow_cpu-2.21.0.dist-info/RECORD');
  zip.end();
  const path = join(temporaryFolder(), 'tensorflow_cpu-2.21.0-py3-none-any.whl');
  writeFileSync(path, await buffer(zip.outputStream));
  return path;
}

describe('a wheel', () => {
  test('gives what is wanted of it, and nothing else', async () => {
    const folder = temporaryFolder();
    const path = await wheel({ [library]: 'library', 'tensorflow/python/eager.py': 'pass' });
    const { files, metadata } = await unpackWheel(path, folder, isWanted);
    expect(files).toEqual([library]);
    expect(metadata).toContain('Version: 2.21.0');
    expect(readFileSync(join(folder, library), 'utf8')).toBe('library');
    expect(readdirSync(join(folder, 'tensorflow'))).toEqual(['libtensorflow_cc.so.2']);
  });

  test.each([
    ['with another content than its record has', { [library]: 'other' }],
    ['whose record does not have it', {}],
  ])('a library %s is refused', async (_, recorded) => {
    const path = await wheel({ [library]: 'library' }, recorded);
    await expect(unpackWheel(path, temporaryFolder(), isWanted)).rejects.toThrow(
      /libtensorflow_cc\.so\.2 in .*\.whl is not what its RECORD says/,
    );
  });

  test('a file that is none is refused with its path', async () => {
    const path = join(temporaryFolder({ 'a.whl': 'no archive' }), 'a.whl');
    await expect(unpackWheel(path, temporaryFolder(), isWanted)).rejects.toThrow(/a\.whl is no wheel: .*[^.]\.$/);
  });

  test('its record is read with quoted paths, and without what has no hash', () => {
    const record = 'a.so,sha256=AB-_,5\r\n"b, c.so",sha256=xyz,7\nd.dist-info/RECORD,,\n';
    expect([...recordedHashes(record)]).toEqual([
      ['a.so', 'AB-_'],
      ['b, c.so', 'xyz'],
    ]);
  });

  test('the libraries and headers are wanted, and of NVIDIA its libraries', () => {
    const wanted = [library, 'tensorflow/include/tensorflow/c/eager/c_api.h', 'nvidia/cudnn/lib/libcudnn.so.9'];
    const unwanted = [
      'tensorflow/python/_pywrap_tfe.so',
      'tensorflow/include/Eigen/Core',
      'nvidia/cudnn/include/cudnn.h',
    ];
    expect([...wanted, ...unwanted].filter(isWanted)).toEqual(wanted);
  });
});

test('what the extra of CUDA wants', () => {
  const metadata = [
    'Requires-Dist: numpy>=1.26.0',
    'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
    'Requires-Dist: nvidia-nccl-cu12 <3.0 ; extra == "and-cuda"',
    'Requires-Dist: tensorflow-io; (sys_platform != "win32") and extra == "gcs-filesystem"',
  ].join('\n');
  expect(extraRequirements(metadata, 'and-cuda')).toEqual([
    'nvidia-cublas-cu12<13.0,>=12.5.3.2',
    'nvidia-nccl-cu12<3.0',
  ]);
});

test.each([
  [{ platform: 'win32', arch: 'x64', glibc: undefined }, false, /on Linux only, and this is win32-x64/],
  [{ platform: 'darwin', arch: 'arm64', glibc: undefined }, false, /on Linux only, and this is darwin-arm64/],
  [{ platform: 'linux', arch: 'x64', glibc: undefined }, false, /another C library \(musl\)/],
  [{ platform: 'linux', arch: 'riscv64', glibc: '2.36' }, false, /no wheel for linux-riscv64/],
  [{ platform: 'linux', arch: 'arm64', glibc: '2.36' }, true, /with CUDA is for x64, and this is linux-arm64/],
] as const)('refused: %o, GPU %s', (platform, gpu, message) => {
  expect(() => requirePlatform(platform, gpu)).toThrow(message);
});

test('Linux with glibc is not refused', () => {
  requirePlatform({ platform: 'linux', arch: 'x64', glibc: '2.36' }, true);
  requirePlatform({ platform: 'linux', arch: 'arm64', glibc: '2.36' }, false);
});

test('a disk without the space, and a project without the binding, are refused', () => {
  const folder = temporaryFolder();
  expect(() => requireSpace(folder, 1e18)).toThrow(/GB free, and about 1000000000\.0 GB are needed/);
  requireSpace(folder, 1);
  expect(() => requireBindingSource(folder)).toThrow(
    /@tensorflow\/tfjs-node-gpu, which has the binding, is not installed/,
  );
});

describe('the folder', () => {
  const write = (text: string) => async (staging: string) => writeFileSync(join(staging, 'file'), text);

  test('appears whole, and takes the place of the one before', async () => {
    const home = temporaryFolder();
    const folder = join(home, 'tensorflow');
    await staged(folder, write('first'));
    await staged(folder, async (staging) => {
      expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first');
      await write('second')(staging);
    });
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('second');
    expect(readdirSync(home)).toEqual(['tensorflow']);
  });

  test('stays as it was where that fails', async () => {
    const home = temporaryFolder({ 'tensorflow/file': 'first' });
    const failing = staged(join(home, 'tensorflow'), async (staging) => {
      await write('second')(staging);
      throw new Error('interrupted');
    });
    await expect(failing).rejects.toThrow('interrupted');
    expect(readdirSync(home)).toEqual(['tensorflow']);
    expect(readFileSync(join(home, 'tensorflow', 'file'), 'utf8')).toBe('first');
  });

  test('what a killed set-up left goes at the next one', async () => {
    const dead = (await attempt(process.execPath, ['-p', 'process.pid']))!.stdout.trim();
    const home = temporaryFolder({
      [`tensorflow.part-${dead}/file`]: '',
      [`tensorflow.part-${process.ppid}/file`]: '',
    });
    await staged(join(home, 'tensorflow'), write('new'));
    expect(readdirSync(home)).toEqual(['tensorflow', `tensorflow.part-${process.ppid}`]);
  });

  test('is removed with what it held, or was not there', () => {
    const folder = join(temporaryFolder({ 'tensorflow/a/b': 'x'.repeat(2e6) }), 'tensorflow');
    expect(removeTensorflow(folder)).toBe(`Removed ${folder}, which gives 2 MB back. The engine "tensorflow" is gone.`);
    expect(existsSync(folder)).toBe(false);
    expect(removeTensorflow(folder)).toBe(`TensorFlow is not set up: there is no ${folder}.`);
  });
});

describe('the command', () => {
  const command = (args: string[], env: NodeJS.ProcessEnv) =>
    attempt(process.execPath, [join(root, 'scripts', 'setup-tensorflow.ts'), ...args], {
      env: { ...process.env, ...env },
    });

  test('where it is set up it does nothing', async () => {
    const record = JSON.stringify({ tensorflow: '2.21.0', variant: 'cpu', bytes: 1 });
    const folder = temporaryFolder({ 'setup.json': record, 'tfjs_binding.node': 'binding' });
    const ended = await command(['--json'], { SIMBAL_TENSORFLOW: folder, PATH: '' });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended!.stdout)).toEqual({ phase: 'done', message: expect.stringContaining('is set up already') });
    expect(readdirSync(folder).sort()).toEqual(['setup.json', 'tfjs_binding.node']);
  });

  const refusals: [string, string[], RegExp][] = [
    ['an unknown option', ['--wat'], /^Unknown option '--wat'\./],
    ['two places', ['--installed', '--wheel', 'a.whl'], /^--wheel and --installed name two places/],
  ];
  const noCompiler: (typeof refusals)[number] = ['no compiler', [], /^There is no C\+\+ compiler here .* Install one/];

  test.each(process.platform === 'linux' ? [...refusals, noCompiler] : refusals)(
    '%s: a sentence, and nothing left',
    async (_, args, message) => {
      const home = temporaryFolder();
      const env = { SIMBAL_TENSORFLOW: join(home, 'tensorflow'), PATH: '', CXX: '' };
      const ended = await command(args, env);
      expect(ended).toMatchObject({ code: 1, stdout: expect.not.stringContaining('done') });
      expect(ended!.stderr).toMatch(message);
      expect(ended!.stderr.trim()).not.toContain('\n');
      expect(readdirSync(home)).toEqual([]);
      const told = await command([...args, '--json'], env);
      expect(JSON.parse(told!.stdout.trim().split('\n').at(-1)!)).toMatchObject({ phase: 'failed' });
    },
  );
});
