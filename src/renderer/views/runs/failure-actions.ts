// What helps a run that failed, as buttons: the first is the one next action, and never one that would fail the same way.
import type { Failure } from '../../../shared/failure.ts';
import type { Application } from '../../state/application.svelte.ts';
import type { RunEntry } from '../../state/run-entry.svelte.ts';
import { startWord } from './actions.ts';

export interface Action {
  label: string;
  run: () => void;
}

/** @param failure null where the lab that wrote it kept words alone */
export function failureActions(application: Application, run: RunEntry, failure: Failure | null): Action[] {
  const { configuration, corpusHash } = run.summary;
  const again: Action = { label: startWord(run), run: () => void application.start([run]) };
  if (!failure) return [again];
  const { checkpoint, damaged, code } = failure;
  const fork = (step: number, changes = ''): Action => ({
    label: changes === '' ? `Fork at step ${step}…` : `Go on from step ${step} with other settings…`,
    run: () => application.open({ kind: 'fork', run: run.id, step, changes }),
  });
  const changed: Action = {
    label: 'New experiment with its settings…',
    run: () => {
      application.close();
      application.newDraft().fill(configuration);
      application.navigation.go('new');
    },
  };
  if (damaged !== null) return checkpoint === null ? [changed] : [fork(checkpoint)];
  switch (code) {
    case 'not-finite':
      return checkpoint === null
        ? [changed]
        : [fork(checkpoint, `training.learningRate=${configuration.training.learningRate / 2}`), changed];
    case 'corpus': {
      const corpus = application.runs.corpora.find(({ description }) => description.hash === corpusHash);
      const paths = corpus?.sources.map(({ path }) => path) ?? [];
      return [{ label: 'Add the corpus again…', run: () => application.open({ kind: 'add-corpus', paths }) }, again];
    }
    case 'configuration':
      return [changed];
    case 'engine':
      return [again, checkpoint === null ? changed : fork(checkpoint, 'engine.kind=onnx-cpu')];
    default:
      return [again];
  }
}
