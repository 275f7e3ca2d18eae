import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { latestCheckpoint, listCheckpoints, openCheckpoint, writeCheckpoint } from './checkpoint-folder.ts';
import { encodeState, readState } from './checkpoint-state.ts';
import { exampleContent } from './example-content.testing.ts';
import { type FileSystem, fileSystem } from './file-system.ts';

let parent: string;
beforeEach(() => {
  parent = join(mkdtempSync(join(tmpdir(), 'checkpoints-')), 'run');
});
afterEach(() => rmSync(join(parent, '..'), { recursive: true }));

/** Every file below `folder`, by path, with its bytes. */
function snapshot(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length), readFileSync(path, 'base64')];
    }),
  );
}

async function refused(promise: Promise<unknown>): Promise<LabError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LabError);
  expect((error as LabError).code).toBe('checkpoint');
  return error as LabError;
}

describe('write and open', () => {
  test('all that was written is read', async () => {
    const content = exampleContent(300);
    const record = await writeCheckpoint(parent, content);
    expect(record.folder).toBe(join(parent, 'step-00000300'));
    const checkpoint = await openCheckpoint(record.folder);
    expect(checkpoint.record).toEqual(record);
    const { step, tokens, seconds, configuration, corpusHash, initHash } = content;
    expect(checkpoint.state).toMatchObject({ step, tokens, seconds, configuration, corpusHash, initHash });
    for (const kind of ['parameter', 'firstMoment', 'secondMoment'] as const) {
      const name = 'layers.0.experts.1.down';
      expect(await checkpoint.read(kind, name)).toEqual(await content.download(kind, name));
    }
    expect(await checkpoint.readBuffer('layers.0.router.bias')).toEqual(content.buffers[0]!.data);
    await refused(checkpoint.read('parameter', 'nothing'));
    await checkpoint.close();
    expect(record.bytes).toBe(
      Object.values(snapshot(record.folder)).reduce((sum, file) => sum + Buffer.from(file, 'base64').length, 0),
    );
  });

  test('the same content gives the same bytes', async () => {
    const first = await writeCheckpoint(parent, exampleContent(7));
    const second = await writeCheckpoint(join(parent, 'other'), exampleContent(7));
    expect(second.hashes).toEqual(first.hashes);
    expect(snapshot(second.folder)).toEqual(snapshot(first.folder));
  });

  test('the same step is replaced whole', async () => {
    await writeCheckpoint(parent, exampleContent(7));
    const record = await writeCheckpoint(parent, { ...exampleContent(7), seconds: 99 });
    const checkpoint = await openCheckpoint(record.folder);
    expect(checkpoint.state.seconds).toBe(99);
    await checkpoint.close();
    expect(readdirSync(parent)).toEqual(['step-00000007']);
  });

  test('steps are listed by number, other names are left alone', async () => {
    expect(await listCheckpoints(parent)).toEqual([]);
    expect(await latestCheckpoint(parent)).toBeNull();
    for (const name of [
      'step-100000000',
      'step-00000020',
      'step-00000003',
      'step-00000099.partial',
      'notes',
      'step-x',
    ]) {
      mkdirSync(join(parent, name), { recursive: true });
    }
    expect((await listCheckpoints(parent)).map(({ step }) => step)).toEqual([3, 20, 100_000_000]);
    expect(await latestCheckpoint(parent)).toEqual({ step: 100_000_000, folder: join(parent, 'step-100000000') });
  });

  test('leftovers of an interrupted write are removed, a stepped-aside checkpoint comes back', async () => {
    const { folder } = await writeCheckpoint(parent, exampleContent(5));
    cpSync(folder, `${folder}.replaced`, { recursive: true });
    rmSync(folder, { recursive: true });
    mkdirSync(join(parent, 'step-00000006.partial'));
    writeFileSync(join(parent, 'step-00000006.partial', 'model.safetensors'), 'half');
    expect(await latestCheckpoint(parent)).toEqual({ step: 5, folder: `${folder}.replaced` });
    const aside = await openCheckpoint(folder);
    expect(aside.record).toMatchObject({ step: 5, folder });
    await aside.close();
    await writeCheckpoint(parent, exampleContent(8));
    expect(readdirSync(parent).sort()).toEqual(['step-00000005', 'step-00000008']);
    await (await openCheckpoint(folder)).close();
  });
});

describe('damaged or foreign', () => {
  let folder: string;
  beforeEach(async () => {
    folder = (await writeCheckpoint(parent, exampleContent(300))).folder;
  });

  /** Opening is refused and leaves every byte as it was. */
  async function refusedUntouched(path = folder): Promise<LabError> {
    const before = snapshot(parent);
    const error = await refused(openCheckpoint(path));
    expect(snapshot(parent)).toEqual(before);
    expect(error.message).toContain(path);
    return error;
  }

  test.each(['model.safetensors', 'optimizer.safetensors', 'state.json'])('%s missing', async (name) => {
    rmSync(join(folder, name));
    expect((await refusedUntouched()).message).toContain(name);
  });

  test.each(['model.safetensors', 'optimizer.safetensors', 'state.json'])('%s cut short or empty', async (name) => {
    const whole = readFileSync(join(folder, name));
    for (const length of [0, 7, whole.length - 2]) {
      writeFileSync(join(folder, name), whole.subarray(0, length));
      expect((await refusedUntouched()).message).toContain(name);
    }
  });

  test.each(['model.safetensors', 'optimizer.safetensors'])('any flipped bit of %s', async (name) => {
    const whole = readFileSync(join(folder, name));
    for (const at of [0, 9, Math.floor(whole.length / 2), whole.length - 1]) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1;
      writeFileSync(join(folder, name), damaged);
      expect((await refusedUntouched()).message).toContain(name);
    }
  });

  test('a changed state.json', async () => {
    const path = join(folder, 'state.json');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace('"step": 300', '"step": 301'));
    expect((await refusedUntouched()).message).toContain('changed or damaged');
    for (const foreign of [
      '{}',
      '[]',
      'null',
      '{"a":',
      '\u0000',
      '['.repeat(100_000),
      `{"state":${'{"a":'.repeat(100_000)}`,
    ]) {
      writeFileSync(path, foreign);
      expect((await refusedUntouched()).message).toContain('not the state of a checkpoint');
    }
    writeFileSync(path, Buffer.of(0xff, 0xfe));
    expect((await refusedUntouched()).message).toContain('UTF-8');
  });

  test('files of another checkpoint', async () => {
    const other = await writeCheckpoint(parent, exampleContent(400));
    cpSync(join(other.folder, 'optimizer.safetensors'), join(folder, 'optimizer.safetensors'));
    expect((await refusedUntouched()).message).toContain('damaged');
  });

  test('tensors that do not fit the configuration, hashes right', async () => {
    const other = await writeCheckpoint(parent, exampleContent(500, 3));
    const { state } = await readState(join(other.folder, 'state.json'));
    const claim = async (change: object) => {
      const { format: _, version: __, ...rest } = state;
      const model = { ...state.configuration.model, ...change };
      const configuration = { ...state.configuration, model };
      writeFileSync(join(other.folder, 'state.json'), encodeState({ ...rest, configuration }));
      return (await refusedUntouched(other.folder)).message;
    };
    expect(await claim({ experts: 2 })).toMatch(/"layers.0.router" is F32 \[4,3\]/);
    expect(await claim({ experts: 4 })).toMatch(/layers.0.experts|router/);
    expect(await claim({ expertWidth: 9 })).toMatch(/experts.0.gate/);
    expect(await claim({ layers: 40, experts: 4096, routerInit: 'normal' })).toMatch(/too few/);
  });

  test('a newer format, an unknown field', async () => {
    const path = join(folder, 'state.json');
    const { state } = await readState(path);
    writeFileSync(path, encodeState({ ...state, ...{ version: 2 } }));
    expect((await refusedUntouched()).message).toContain('version 2');
    writeFileSync(path, encodeState({ ...state, ...{ surprise: 1 } }));
    expect((await refusedUntouched()).message).toContain('surprise');
  });

  test('a file, and nothing at all', async () => {
    expect((await refused(openCheckpoint(join(folder, 'state.json')))).message).toContain('not a folder');
    expect((await refused(openCheckpoint(join(parent, 'step-00000009')))).message).toContain('no such');
  });
});

describe('a disk that is full or fails', () => {
  const fault = (code: string, syscall: string) => Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });

  /** A file system whose call number `failing` throws; counts calls when it never fails. */
  function failingAt(failing: number, code: string): { files: FileSystem; calls: () => number } {
    let calls = 0;
    const count = (syscall: string) => {
      if (++calls === failing) throw fault(code, syscall);
    };
    const wrapped = {
      ...fileSystem,
      mkdir: (async (...parameters: Parameters<FileSystem['mkdir']>) => {
        count('mkdir');
        return fileSystem.mkdir(...parameters);
      }) as FileSystem['mkdir'],
      rename: async (...parameters: Parameters<FileSystem['rename']>) => {
        count('rename');
        return fileSystem.rename(...parameters);
      },
      open: async (...parameters: Parameters<FileSystem['open']>) => {
        count('open');
        const handle = await fileSystem.open(...parameters);
        return new Proxy(handle, {
          get(target, key) {
            const value = Reflect.get(target, key, target);
            if (typeof value !== 'function') return value;
            return (...rest: unknown[]) => {
              if (['write', 'writeFile', 'sync'].includes(String(key))) count(String(key));
              return Reflect.apply(value, target, rest);
            };
          },
        });
      },
    };
    return { files: wrapped, calls: () => calls };
  }

  test('every single call may fail: a plain message, no partial folder, the old checkpoint whole', async () => {
    const counter = failingAt(-1, '');
    await writeCheckpoint(parent, exampleContent(1));
    const old = await writeCheckpoint(parent, exampleContent(1), counter.files);
    // The same step again, so that the step aside is among the calls that fail.
    for (let failing = 1; ; failing++) {
      const before = snapshot(parent);
      const { files, calls } = failingAt(failing, failing % 2 ? 'ENOSPC' : 'EIO');
      const replacement = { ...exampleContent(1), seconds: failing };
      const error = await writeCheckpoint(parent, replacement, files).then(
        () => null,
        (thrown: unknown) => thrown as LabError,
      );
      if (!error) {
        expect(failing).toBeGreaterThan(counter.calls());
        break;
      }
      expect(calls()).toBeGreaterThanOrEqual(failing);
      expect(error).toBeInstanceOf(LabError);
      expect(error.message).toContain(failing % 2 ? 'the disk is full' : 'input/output error');
      expect(error.remedy).toBeTruthy();
      expect(readdirSync(parent).filter((name) => name.endsWith('.partial'))).toEqual([]);
      const checkpoint = await openCheckpoint((await latestCheckpoint(parent))!.folder);
      // Only a fault after the rename finds the new one in its place; either is whole.
      expect([old.hashes, { ...old.hashes, 'state.json': checkpoint.record.hashes['state.json'] }]).toContainEqual(
        checkpoint.record.hashes,
      );
      await checkpoint.close();
      if (checkpoint.state.seconds !== failing) expect(snapshot(parent)).toEqual(before);
    }
  });

  test('when there is room again, it goes on', async () => {
    const { files } = failingAt(9, 'ENOSPC');
    await refused(writeCheckpoint(parent, exampleContent(2), files));
    expect(existsSync(join(parent, 'step-00000002'))).toBe(false);
    await (await openCheckpoint((await writeCheckpoint(parent, exampleContent(2))).folder)).close();
  });

  test('a failing download leaves nothing behind and keeps its own error', async () => {
    const download = async () => {
      throw new LabError('engine', 'the device was lost');
    };
    await expect(writeCheckpoint(parent, { ...exampleContent(3), download })).rejects.toThrow('the device was lost');
    expect(readdirSync(parent)).toEqual([]);
  });
});

test('killed at any moment, the newest complete checkpoint verifies', async () => {
  const script = `
    const { writeCheckpoint } = await import(${JSON.stringify(new URL('./checkpoint-folder.ts', import.meta.url).href)});
    const { exampleContent } = await import(${JSON.stringify(new URL('./example-content.testing.ts', import.meta.url).href)});
    for (let step = Number(process.argv[1]); ; step++) {
      // Every step twice, so that a replacement is cut through as well.
      for (let round = 0; round < 2; round++) await writeCheckpoint(process.argv[2], exampleContent(step));
      process.stdout.write(step + '\\n');
    }`;
  let acknowledged = 0;
  for (let kill = 0; kill < 10; kill++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, String(acknowledged + 1), parent]);
    child.stdout.setEncoding('utf8');
    const wait = Math.random() * 40;
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
      child.stdout.on('data', (text: string) => {
        acknowledged = Math.max(acknowledged, ...text.trim().split('\n').map(Number));
        setTimeout(() => child.kill('SIGKILL'), wait);
      });
    });
    const latest = await latestCheckpoint(parent);
    expect(latest!.step).toBeGreaterThanOrEqual(acknowledged);
    for (const { step, folder } of await listCheckpoints(parent)) {
      if (step < latest!.step) continue;
      const checkpoint = await openCheckpoint(folder);
      expect(checkpoint.state.step).toBe(step);
      await checkpoint.close();
    }
  }
  await writeCheckpoint(parent, exampleContent(acknowledged + 1000));
  expect(readdirSync(parent).every((name) => /^step-\d{8}$/.test(name))).toBe(true);
});
