// What a person drops, opened: a .safetensors file, a folder of shards, an index, a checkpoint of this lab. Only headers are
// read here; every tensor of every shard is listed under its name. It declines to understand names: ./families does.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Outline } from '../../shared/inspection.ts';
import { systemFault } from '../../shared/system-faults.ts';
import { modelFile, stateFile } from '../checkpoint/checkpoint-state.ts';
import { quote, refusal } from '../checkpoint/refusal.ts';
import { maximumTensors, type TensorEntry } from '../checkpoint/safetensors-header.ts';
import { openSafetensors, type Safetensors } from '../checkpoint/safetensors-read.ts';
import { inNaturalOrder, locateShard, maximumShards, readShardIndex } from './shard-index.ts';

export interface SourceTensor extends TensorEntry {
  file: Safetensors;
}

export interface Source {
  kind: Outline['source'];
  /** What was handed over. */
  path: string;
  /** Where config.json would lie. */
  folder: string;
  files: readonly Safetensors[];
  /** By name, in natural order. */
  tensors: ReadonlyMap<string, SourceTensor>;
  close(): Promise<void>;
}

interface Found {
  kind: Source['kind'];
  path: string;
  folder: string;
  files: string[];
  shards?: ReadonlyMap<string, string>;
}

const indexName = 'model.safetensors.index.json';
const indexSuffix = '.safetensors.index.json';

/**
 * Several paths as the models that they are: .safetensors files of one folder are the shards of one model, everything else
 * stands alone. In the order handed over.
 */
export function groupPaths(paths: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const path of new Set(paths.map((path) => resolve(path)))) {
    const key = path.endsWith('.safetensors') ? dirname(path) : path;
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  return [...groups.values()];
}

/**
 * @param paths one model: one path, or several .safetensors files of one folder
 * @throws LabError 'checkpoint' saying what is wrong with which file
 */
export async function openSource(paths: readonly string[], signal?: AbortSignal): Promise<Source> {
  const found = paths.length === 1 ? await find(paths[0]!) : shardsByHand(paths);
  if (found.files.length > maximumShards) {
    throw refusal(found.path, `has ${found.files.length} .safetensors files; at most ${maximumShards} are read`);
  }
  const files: Safetensors[] = [];
  const close = async () => {
    for (const file of files) await file.close();
  };
  try {
    const tensors = new Map<string, SourceTensor>();
    for (const name of found.files) {
      signal?.throwIfAborted();
      const file = await openSafetensors(await locateShard(found.folder, name));
      files.push(file);
      collect(tensors, file, found);
    }
    for (const [tensor, shard] of found.shards ?? []) {
      if (!tensors.has(tensor)) {
        throw refusal(found.path, `puts the tensor ${quote(tensor)} into ${quote(shard)}, which does not hold it`);
      }
    }
    const sorted = new Map(inNaturalOrder(tensors, ([name]) => name));
    return { kind: found.kind, path: found.path, folder: found.folder, files, tensors: sorted, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function collect(tensors: Map<string, SourceTensor>, file: Safetensors, found: Found): void {
  for (const [name, entry] of file.tensors) {
    const other = tensors.get(name);
    if (other) {
      const both = `${basename(other.file.path)} and ${basename(file.path)}`;
      throw refusal(found.path, `has the tensor ${quote(name)} twice, in ${both}`, { value: quote(name) });
    }
    const shard = found.shards?.get(name);
    if (shard !== undefined && shard !== basename(file.path)) {
      throw refusal(
        found.path,
        `puts the tensor ${quote(name)} into ${quote(shard)}, but ${basename(file.path)} holds it`,
      );
    }
    if (tensors.size === maximumTensors) throw refusal(found.path, `has more than ${maximumTensors} tensors`);
    tensors.set(name, { ...entry, file });
  }
}

/** The folder of the lab's checkpoint that a path leads to; null where it is something else. */
export async function labCheckpointAt(path: string): Promise<string | null> {
  const { kind, folder } = await find(path);
  return kind === 'lab checkpoint' ? folder : null;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function find(path: string): Promise<Found> {
  const stats = await stat(path).catch((error) => {
    throw refusal(path, `cannot be opened: ${systemFault(error) ?? String(error)}`);
  });
  if (stats.isDirectory()) return findInFolder(path);
  const [folder, name] = [dirname(path), basename(path)];
  if (name.endsWith(indexSuffix)) return fromIndex(path);
  if (name === stateFile || name === 'config.json') return findInFolder(folder);
  if (name === modelFile && (await isThere(join(folder, stateFile)))) return findInFolder(folder);
  return { kind: 'file', path, folder, files: [name] };
}

async function findInFolder(path: string): Promise<Found> {
  const names = await readdir(path).catch((error) => {
    throw refusal(path, `cannot be listed: ${systemFault(error) ?? String(error)}`);
  });
  if (names.includes(stateFile) && names.includes(modelFile)) {
    return { kind: 'lab checkpoint', path, folder: path, files: [modelFile] };
  }
  const indexes = names.filter((name) => name.endsWith(indexSuffix));
  const index = indexes.find((name) => name === indexName) ?? indexes[0];
  if (index !== undefined) return { ...(await fromIndex(join(path, index))), path };
  const files = inNaturalOrder(
    names.filter((name) => name.endsWith('.safetensors')),
    (name) => name,
  );
  if (files.length === 0) {
    const pickled = names.some((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
    const remedy = pickled
      ? 'Convert its weights to safetensors where they came from; pickles are not opened.'
      : undefined;
    throw refusal(path, 'holds no .safetensors file and no index of shards', remedy ? { remedy } : {});
  }
  return { kind: 'folder', path, folder: path, files };
}

async function fromIndex(path: string): Promise<Found> {
  const { shards, files } = await readShardIndex(path);
  return { kind: 'index', path, folder: dirname(path), files, shards };
}

function shardsByHand(paths: readonly string[]): Found {
  const folder = dirname(paths[0]!);
  const stray = paths.find((path) => dirname(path) !== folder || !path.endsWith('.safetensors'));
  if (stray !== undefined)
    throw refusal(stray, 'cannot be a shard of one model with the others: they lie in one folder');
  return {
    kind: 'folder',
    path: folder,
    folder,
    files: inNaturalOrder(
      paths.map((path) => basename(path)),
      (name) => name,
    ),
  };
}
