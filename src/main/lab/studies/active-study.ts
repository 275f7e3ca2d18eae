// A study while it is being carried out: its worker, its parts, and the status it ends in. A worker that dies is not started
// again by itself: what ends one is most often too little memory, and a person loses nothing by starting it again.
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { StudyRow, StudyStatus } from '../../../shared/studies/study.ts';
import type { WorkerEvent } from '../../../shared/worker-messages.ts';
import { type JobEnd, lastWordsText, startJob } from '../../compute/index.ts';
import { isTemporary } from '../../store/index.ts';
import type { RunContext } from '../active-run.ts';
import { corpusFolder } from '../corpora.ts';
import { ifWritable, Patience } from '../patience.ts';
import type { Active } from '../queue.ts';
import { unreadable } from '../safety.ts';
import { checkedRequest } from './check-request.ts';

/** @throws LabError where its checkpoints are not there any more */
export function startStudy(study: StudyRow, { store, launch, emit, late, threads, limits }: RunContext): Active {
  const { id } = study;
  const { run, checkpoints } = checkedRequest(store, study.request);
  const { engine } = run.configuration;
  let ending = false;
  const tell = (row: StudyRow) => emit({ type: 'study', study: row });
  const setStatus = (status: StudyStatus, message: string | null = null) =>
    tell(store.studies.setStatus(id, status, message));
  // Told without being stored: it is the store that cannot be written.
  const patience = new Patience((text) => tell({ ...store.studies.get(id), message: `${text} The study waits.` }));

  async function record(event: WorkerEvent): Promise<void> {
    switch (event.type) {
      case 'study-started':
        await patience.write(() => tell(store.studies.setStarted(id, event)));
        return;
      case 'study-part': {
        await patience.write(() => store.studies.appendPart(id, event.part));
        emit({ type: 'study-part', study: id, part: event.part });
        tell(store.studies.get(id));
        return;
      }
      case 'progress':
        emit({ type: 'study-progress', study: id, phase: event.phase, done: event.done, total: event.total });
    }
  }

  function conclude(end: JobEnd): void {
    const { done, total } = store.studies.get(id);
    const [status, reason] = conclusion(end, ending);
    const kept = `${total === null ? done : `${done} of ${total}`} parts ${done === 1 ? 'is' : 'are'} kept.`;
    const damaged = reason && unreadable(checkpoints, reason.message);
    const remedy = damaged ? `Measure it anew without step ${damaged.step}.` : (reason?.remedy ?? goOn);
    setStatus(status, reason && `${damaged?.words ?? reason.message} ${kept} ${remedy}`);
  }

  setStatus('running');
  const job = startJob({
    launch,
    command: {
      type: 'study',
      job: {
        study: id,
        request: study.request,
        configuration: run.configuration,
        corpus: corpusFolder(store.paths, run.corpusHash),
        checkpoints: checkpoints.map(({ step, folder }) => ({ step, folder })),
        stored: store.studies.keys(id),
        exports: join(store.paths.exports, id),
        threads: engine.threads || threads,
      },
    },
    onEvent: record,
    ...(limits && { limits }),
  });

  const stop = () => {
    const isFirst = !ending;
    ending = true;
    patience.giveUp();
    job.stop();
    if (isFirst)
      tell(
        ifWritable(() => store.studies.setStatus(id, 'stopping')) ?? { ...store.studies.get(id), status: 'stopping' },
      );
  };
  return {
    pid: () => job.pid,
    // It goes on after its last part, so that a pause may end it after a grace as a stop does.
    pause() {
      if (!ending) stop();
    },
    stop,
    ended: job.ended.then(async (end) => {
      try {
        await patience.write(() => conclude(end));
      } catch (thrown) {
        // It was stopped while the store could not be written. What else fails is put right when the store is opened again.
        if (isTemporary(thrown)) late.write(`end of ${id}`, () => conclude(end));
      }
    }),
  };
}

const goOn = 'Start it again to go on.';

/** The status, and why; null where there is nothing to say. */
function conclusion(
  end: JobEnd,
  ending: boolean,
): [StudyStatus, { message: string; remedy?: string | undefined } | null] {
  switch (end.kind) {
    case 'done':
      if (end.event.type === 'failed') return ['failed', LabError.fromJSON(end.event.error)];
      if (end.event.type !== 'studied') return ['failed', { message: `Its worker ended with "${end.event.type}".` }];
      return end.event.outcome === 'completed' ? ['completed', null] : ['stopped', { message: 'It was stopped.' }];
    case 'stopped':
      return ['stopped', { message: 'It was ended before its next part was done.' }];
    case 'refused':
      return [ending ? 'stopped' : 'failed', end.error];
    case 'crashed':
      return ['failed', { message: `Its worker ${end.reason}.${lastWordsText(end.lastWords)}` }];
  }
}
