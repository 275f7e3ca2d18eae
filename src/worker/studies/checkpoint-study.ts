// What the studies over checkpoints have in common: a mixture of experts, a model that serves all of them, and a part for each
// checkpoint that has none yet.
import { LabError } from '../../shared/errors.ts';
import type { StudyJob, StudyRequest } from '../../shared/studies/study.ts';
import { stopped, told } from '../prune/progress.ts';
import { openStudyModel, requestOf, type StudyModel } from './model.ts';
import type { Study, StudyStep } from './study.ts';

type CheckpointStudyKind = Extract<StudyRequest, { steps: number[] }>['kind'];

export interface StudiedCheckpoint {
  step: number;
  folder: string;
  /** Place among all checkpoints of the study. */
  index: number;
}

/** One study at work. */
export interface CheckpointStudy<Kind extends CheckpointStudyKind> {
  request: Extract<StudyRequest, { kind: Kind }>;
  model: StudyModel;
  /** All of the study, in ascending steps, and those whose part is not stored: at least one. */
  checkpoints: readonly StudiedCheckpoint[];
  missing: readonly StudiedCheckpoint[];
  /** Carries out a pass over one checkpoint, telling how far it is. @returns null where the study is to stop */
  pass<Result>(
    checkpoint: StudiedCheckpoint,
    work: AsyncGenerator<{ done: number; total: number }, Result>,
  ): AsyncGenerator<StudyStep, Result | null>;
}

/** @param results yields the result of each missing checkpoint, in their order; it returns early where a pass gives null */
export const checkpointStudy = <Kind extends CheckpointStudyKind>(
  kind: Kind,
  results: (study: CheckpointStudy<Kind>) => AsyncGenerator<StudyStep | { step: number }, void>,
): Study =>
  async function* (job, pause) {
    const request = requestOf(job, kind);
    requireMixture(job);
    const model = await openStudyModel(job);
    try {
      yield { type: 'started', provenance: model.provenance, total: job.checkpoints.length };
      const checkpoints = job.checkpoints.map((checkpoint, index) => ({ ...checkpoint, index }));
      const missing = checkpoints.filter(({ step }) => !job.stored.includes(keyOf(step)));
      if (missing.length === 0) return;
      const pass: CheckpointStudy<Kind>['pass'] = async function* ({ step }, work) {
        const result = yield* told(keyOf(step), work, pause);
        return result === stopped ? null : result;
      };
      for await (const found of results({ request, model, checkpoints, missing, pass })) {
        if ('type' in found) yield found;
        else yield { type: 'part', part: { key: keyOf(found.step), result: found } };
        if (pause.aborted) return;
      }
    } finally {
      await model.close();
    }
  };

const keyOf = (step: number): string => `step ${step}`;

function requireMixture({ configuration, request }: StudyJob): void {
  if (configuration.model.kind === 'moe') return;
  throw new LabError(
    'request',
    `A study of kind ${request.kind} needs a mixture of experts, and the run ${request.run} has a dense model.`,
    { field: 'run', value: request.run, remedy: 'Choose a run whose model.kind is moe.' },
  );
}
