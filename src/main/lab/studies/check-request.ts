// Whether a run and its checkpoints can answer a request, before anything waits in the queue for it.
import type { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';
import { checkPruningRequest } from '../../../shared/studies/pruning-rules.ts';
import { type StudyRequest, studyRequestSchema } from '../../../shared/studies/study.ts';
import type { CheckpointRow, CorpusRow, ReadOnlyStore, RunRow } from '../../store/index.ts';
import { shown } from '../text.ts';
import { checkpointsOf } from './checkpoints.ts';
import { studyHash } from './study-hash.ts';

export interface CheckedRequest {
  /** With every default. */
  request: StudyRequest;
  run: RunRow;
  /** Those that it names, in ascending steps. */
  checkpoints: CheckpointRow[];
  corpus: CorpusRow['description'];
  hash: string;
}

type Known = Pick<ReadOnlyStore, 'runs' | 'experiments' | 'checkpoints' | 'corpora'>;

/** @throws LabError 'request' or 'not-found' */
export function checkedRequest(store: Known, value: unknown): CheckedRequest {
  const request = parsed(value);
  const run = store.runs.get(request.run);
  if (run.removed !== null || store.experiments.get(run.experiment).removed !== null) {
    throw new LabError('request', `The run ${shown(run.name)} was removed and cannot be studied.`, {
      field: 'run',
      value: run.id,
      remedy: 'Restore it first.',
    });
  }
  if (run.configuration.model.kind === 'dense') {
    throw new LabError('request', `The run ${shown(run.name)} is a dense model: it has no experts to study.`, {
      field: 'run',
      value: run.id,
      remedy: 'Choose a run of a mixture of experts.',
    });
  }
  if (request.kind === 'pruning') checkPruningRequest(request, run.configuration);
  const checkpoints = named(store, run, 'steps' in request ? request.steps : [request.step]);
  const corpus = store.corpora.get(run.corpusHash).description;
  return { request, run, checkpoints, corpus, hash: studyHash(request, checkpoints) };
}

function reason(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'string') return 'it must not be empty';
  if (issue.code === 'too_small' && issue.origin !== 'array')
    return `it must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
  if (issue.code === 'too_big' && issue.origin !== 'array' && issue.origin !== 'string')
    return `it must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
  return issue.message;
}

function parsed(value: unknown): StudyRequest {
  const { success, data, error } = studyRequestSchema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const field = issue!.path.join('.') || 'kind';
  throw new LabError('request', `The study's ${field} is not valid: ${reason(issue!)}.`, { field });
}

function named(store: Known, run: RunRow, steps: readonly number[]): CheckpointRow[] {
  const there = checkpointsOf(store, run);
  const found = steps.flatMap((step) => there.find((checkpoint) => checkpoint.step === step) ?? []);
  if (found.length === steps.length) return found;
  const missing = steps.filter((step) => !there.some((checkpoint) => checkpoint.step === step));
  const asked = `${missing.length === 1 ? 'step' : 'the steps'} ${missing.join(', ')}`;
  const all = there.map(({ step }) => step).join(', ');
  throw new LabError(
    'request',
    `The run ${shown(run.name)} has no checkpoint of ${asked}: ${
      all ? `it has those of the steps ${all}` : 'it has none yet'
    }.`,
    {
      field: 'steps',
      value: missing.join(', '),
      remedy: all ? 'Choose some of these steps.' : 'Train it to its first checkpoint.',
    },
  );
}
