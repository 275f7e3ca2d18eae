// The small trained checkpoint of test/fixtures/pruning as a study's job: for tests alone.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationSchema, type EngineKind } from '../../shared/config/schema.ts';
import { faultOfPart } from '../../shared/studies/part-schema.ts';
import {
  type PruningPart,
  type PruningRequest,
  type PruningSettingInput,
  pruningRequestSchema,
} from '../../shared/studies/pruning.ts';
import type { StudyJob } from '../../shared/studies/study.ts';
import type { StudyStep } from '../studies/study.ts';
import { pruningStudy } from './pruning-study.ts';

export const fixtureFolder = join(import.meta.dirname, '../../../test/fixtures/pruning');
const state = JSON.parse(readFileSync(join(fixtureFolder, 'checkpoint', 'state.json'), 'utf8')).state;

export const fixtureConfiguration = configurationSchema.parse(state.configuration);
export const fixtureStep: number = state.step;

export interface JobOptions extends Partial<Pick<StudyJob, 'stored' | 'exports' | 'checkpoints'>> {
  engine?: EngineKind;
  request?: Partial<PruningRequest>;
}

export function pruningJob(settings: readonly PruningSettingInput[], options: JobOptions = {}): StudyJob {
  const { engine = 'onnx-cpu', request, ...job } = options;
  return {
    study: 'study',
    request: pruningRequestSchema.parse({
      kind: 'pruning',
      run: 'run',
      step: fixtureStep,
      settings,
      calibration: { tokens: 512, seed: 3 },
      throughput: { batches: [] },
      ...request,
    }),
    configuration: { ...fixtureConfiguration, engine: { kind: engine, threads: 1 } },
    corpus: join(fixtureFolder, 'corpus'),
    checkpoints: [{ step: fixtureStep, folder: join(fixtureFolder, 'checkpoint') }],
    stored: [],
    exports: '',
    threads: 1,
    ...job,
  };
}

/** All steps of a study, which is asked to pause after one for which `pauses` says so. */
export async function stepsOf(job: StudyJob, pauses: (step: StudyStep) => boolean = () => false): Promise<StudyStep[]> {
  const pause = new AbortController();
  const steps: StudyStep[] = [];
  for await (const step of pruningStudy(job, pause.signal)) {
    steps.push(step);
    const fault = step.type === 'part' ? faultOfPart('pruning', step.part.result) : null;
    if (fault !== null) throw new Error(fault);
    if (pauses(step)) pause.abort();
  }
  return steps;
}

/** The parts by key, in order. */
export async function partsOf(job: StudyJob): Promise<Map<string, PruningPart>> {
  const steps = await stepsOf(job);
  return new Map(
    steps.flatMap((step) => (step.type === 'part' ? [[step.part.key, step.part.result as PruningPart]] : [])),
  );
}
