// Takes a checkpoint of any lab in: step, moments, biases and configuration stay what they are, so that a run goes on from it as the
// one that wrote it would have. Only its name is new, and the name of its corpus, which may mean another text here.
import type { ImportedModel } from '../../shared/inspection.ts';
import { openCheckpoint, writeCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { refusal } from '../checkpoint/refusal.ts';
import type { ImportOptions } from './import-model.ts';

/**
 * Writes `parent`/step-XXXXXXXX.
 * @param folder a checkpoint; every byte is verified first
 * @throws LabError 'checkpoint' when it is damaged, or made for another context than the one asked for
 */
export async function importCheckpoint(
  folder: string,
  parent: string,
  { name, corpus, context, signal }: ImportOptions,
): Promise<ImportedModel> {
  const opened = await openCheckpoint(folder);
  try {
    const { state, read, readBuffer } = opened;
    const { model } = state.configuration;
    if (context !== undefined && context !== model.context) {
      throw refusal(folder, `is of a model for a context of ${model.context} tokens, and goes on with it`, {
        field: 'context',
        value: String(context),
        remedy: 'Leave the context out.',
      });
    }
    const configuration = { ...state.configuration, name, corpus };
    const buffers = await Promise.all(
      state.buffers.map(async (buffer) => ({ ...buffer, data: await readBuffer(buffer.name) })),
    );
    const checkpoint = await writeCheckpoint(parent, {
      ...state,
      configuration,
      buffers,
      download: async (kind, parameter) => {
        signal?.throwIfAborted();
        return read(kind, parameter);
      },
    });
    const { corpusHash, initHash, initHashWithoutRouters } = state;
    const notes = [
      `It is at step ${state.step} of ${configuration.training.steps}, with its moments. Its curves and evaluations until then are not part of a checkpoint; a bundle has them.`,
    ];
    return { configuration, initHash, initHashWithoutRouters, checkpoint, corpusHash, notes };
  } finally {
    await opened.close();
  }
}
