// Conversion as a job of a worker: a checkpoint out to transformers, or a model in, from it or from another lab.
import type { ConvertJob, ImportedModel } from '../../shared/inspection.ts';
import { openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { groupPaths, labCheckpointAt } from '../inspect/open-source.ts';
import type { JobEvent } from '../job-event.ts';
import { exportCheckpoint } from './export-checkpoint.ts';
import { importCheckpoint } from './import-checkpoint.ts';
import { importModel } from './import-model.ts';

/**
 * What stands for the corpus in an imported checkpoint: nobody knows what the model was trained on, and the run that is made of
 * it names the corpus that it goes on with.
 */
export const importedCorpus = 'not of this lab';

/** @throws LabError 'checkpoint' saying what does not map or cannot be written */
export async function convertJob(job: ConvertJob, signal: AbortSignal): Promise<JobEvent> {
  if (job.task === 'export') {
    const { checkpoint, folder, tokenizer } = job;
    return { type: 'exported', report: await exportCheckpoint(checkpoint, folder, { tokenizer, signal }) };
  }
  return { type: 'imported', imported: await imported(job, signal) };
}

async function imported(
  { paths, parent, name, context }: Extract<ConvertJob, { task: 'import' }>,
  signal: AbortSignal,
): Promise<ImportedModel> {
  const options = { name, corpus: importedCorpus, signal, ...(context !== undefined && { context }) };
  const own = paths.length === 1 ? await labCheckpointAt(paths[0]!) : null;
  if (own !== null) return importCheckpoint(own, parent, options);
  const { folder, notes } = await importModel(groupPaths(paths).flat(), parent, options);
  const checkpoint = await openCheckpoint(folder);
  try {
    const { configuration, initHash, initHashWithoutRouters } = checkpoint.state;
    return { configuration, initHash, initHashWithoutRouters, checkpoint: checkpoint.record, corpusHash: null, notes };
  } finally {
    await checkpoint.close();
  }
}
