// The configuration of a checkpoint of this lab, from its state.json, with the field names that config.json would have.
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { readState, stateFile } from '../checkpoint/checkpoint-state.ts';
import { ModelConfig } from './model-config.ts';

export async function labConfig(folder: string): Promise<{ config: ModelConfig | null; doubt: string | null }> {
  try {
    const { model } = (await readState(join(folder, stateFile))).state.configuration;
    const config = new ModelConfig({
      num_hidden_layers: model.layers,
      hidden_size: model.width,
      ...(model.kind === 'moe' && { num_experts: model.experts, num_experts_per_tok: model.active }),
    });
    return { config, doubt: null };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { config: null, doubt: `${stateFile} was left out: ${error.message}` };
  }
}
