// A model opened for inspection: its source, weights, configuration and what it was recognised as. Nothing but headers and small
// JSON files has been read by then.
import { basename } from 'node:path';
import type { Outline, ParameterParts } from '../../shared/inspection.ts';
import { labConfig } from './lab-config.ts';
import { type ModelConfig, readModelConfig } from './model-config.ts';
import { openSource, type Source } from './open-source.ts';
import { countParts } from './parts.ts';
import { type Recognised, recognise } from './recognise.ts';
import { Weights } from './weights.ts';

export interface OpenedModel extends Recognised {
  source: Source;
  weights: Weights;
  config: ModelConfig | null;
  outline: Outline;
  parameters: ParameterParts;
  close(): Promise<void>;
}

/**
 * @param paths one model, as `groupPaths` groups them
 * @throws LabError 'checkpoint' saying what is wrong with which file
 */
export async function openModel(paths: readonly string[], signal?: AbortSignal): Promise<OpenedModel> {
  const source = await openSource(paths, signal);
  try {
    const beside = source.kind === 'lab checkpoint' ? labConfig(source.folder) : readModelConfig(source.folder);
    const { config, doubt } = await beside;
    const weights = new Weights(source, config, signal);
    const recognised = recognise(source, weights, config, doubt);
    const scaleElements = [...weights.scales].reduce((sum, name) => {
      return sum + source.tensors.get(name)!.shape.reduce((product, extent) => product * extent, 1);
    }, 0);
    const { active } = recognised.recognition;
    return {
      ...recognised,
      source,
      weights,
      config,
      outline: outlineOf(source),
      parameters: countParts(weights, recognised.layout, recognised.partOf, active, scaleElements),
      close: source.close,
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

function outlineOf({ kind, path, files, tensors }: Source): Outline {
  const dtypes: Outline['dtypes'] = {};
  const listed = [...tensors.values()].map(({ name, dtype, shape, begin, end, file }) => {
    dtypes[dtype] ??= { tensors: 0, bytes: 0 };
    dtypes[dtype].tensors++;
    dtypes[dtype].bytes += end - begin;
    return { name, dtype, shape, bytes: end - begin, shard: basename(file.path) };
  });
  return {
    source: kind,
    path,
    files: files.map((file) => ({ name: basename(file.path), bytes: file.bytes, tensors: file.tensors.size })),
    tensors: listed,
    bytes: listed.reduce((sum, { bytes }) => sum + bytes, 0),
    dtypes,
  };
}
