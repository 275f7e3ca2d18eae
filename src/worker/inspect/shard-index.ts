// model.safetensors.index.json: which shard holds which tensor. A shard's name is the only text of an index that becomes a path,
// so it is held to a plain file name in the index's own folder.
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { valueText } from '../../shared/config/problems.ts';
import { systemFault } from '../../shared/system-faults.ts';
import { quote, refusal } from '../checkpoint/refusal.ts';
import { maximumTensors } from '../checkpoint/safetensors-header.ts';
import { type JsonObject, readJsonObject } from './json-file.ts';

export const maximumShards = 4096;
/** 160 for each of as many tensors as are read; a large model's index takes 100. */
const maximumBytes = 16 * 1024 * 1024;

export interface ShardIndex {
  /** Shard of each tensor. */
  shards: ReadonlyMap<string, string>;
  /** Plain file names, each once, in natural order. */
  files: string[];
}

/** Sorted so that 2 comes before 10. Keys are made once: a collator would be asked half a million times for a large model. */
export function inNaturalOrder<T>(items: Iterable<T>, nameOf: (item: T) => string): T[] {
  const keyed = Array.from(items, (item) => ({
    item,
    key: nameOf(item).replace(/\d+/g, (digits) => digits.padStart(16, '0')),
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
}

/** @throws LabError 'checkpoint' naming what the index does wrong */
export async function readShardIndex(path: string): Promise<ShardIndex> {
  return parseShardIndex(await readJsonObject(path, maximumBytes), path);
}

export function parseShardIndex(index: JsonObject, path: string): ShardIndex {
  const map = Object.hasOwn(index, 'weight_map') ? index.weight_map : undefined;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw refusal(path, 'has no "weight_map" object; an index of shards maps each tensor to its file there');
  }
  const entries = Object.entries(map);
  if (entries.length > maximumTensors) {
    const value = String(entries.length);
    throw refusal(path, `lists ${value} tensors; at most ${maximumTensors} are allowed`, { value });
  }
  if (entries.length === 0) throw refusal(path, 'lists no tensors in its "weight_map"');
  const files = new Set<string>();
  for (const [tensor, file] of entries) {
    if (typeof file !== 'string' || !isPlainName(file)) {
      const value = valueText(file);
      throw refusal(
        path,
        `puts the tensor ${quote(tensor)} into ${value}; a shard is a .safetensors file beside the index`,
        {
          value,
        },
      );
    }
    files.add(file);
    if (files.size > maximumShards) throw refusal(path, `names more than ${maximumShards} shards`);
  }
  return { shards: new Map(entries as [string, string][]), files: inNaturalOrder(files, (name) => name) };
}

const isPlainName = (name: string) =>
  name.endsWith('.safetensors') && name.length <= 255 && !/[/\\:\0]/.test(name) && !name.startsWith('..');

/**
 * The path of a shard, links followed. A link may stay in its folder, or lead from a snapshot of a hub cache
 * (`snapshots/REVISION/`) into the same model's `blobs/`, which is how that cache is built.
 * @throws LabError 'checkpoint' when the shard is missing or its link leads elsewhere
 */
export async function locateShard(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const [home, target] = await Promise.all([realpath(folder), realpath(path)]).catch((error) => {
    throw refusal(path, `cannot be opened: ${systemFault(error) ?? String(error)}`);
  });
  const snapshots = dirname(home);
  const blobs = basename(snapshots) === 'snapshots' ? join(dirname(snapshots), 'blobs') : null;
  if (dirname(target) === home || dirname(target) === blobs) return path;
  throw refusal(path, 'is a link that leads out of its folder; shards lie beside their index');
}
