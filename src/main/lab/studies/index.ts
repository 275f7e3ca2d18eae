// Studies as the lab carries them out: asked for, queued among the runs, stopped, gone on with, removed.
import { LabError } from '../../../shared/errors.ts';
import type { StudyEstimate, StudyRequestInput, StudyRow } from '../../../shared/studies/study.ts';
import type { RunRow, Store } from '../../store/index.ts';
import { becoming } from '../become.ts';
import type { Emit } from '../events.ts';
import type { LateWrites } from '../late-writes.ts';
import type { Active, Queue, Task } from '../queue.ts';
import { checkedRequest } from './check-request.ts';
import { estimateStudy } from './estimate.ts';

export { checkedRequest } from './check-request.ts';
export { checkpointsOf } from './checkpoints.ts';
export { estimateStudy } from './estimate.ts';

/** Requests may leave out whatever has a default. Rows and parts lie in the store. */
export interface Studies {
  /** @throws LabError 'request' or 'not-found' for a request that the run or its checkpoints cannot answer */
  estimate(request: StudyRequestInput): StudyEstimate;
  /** Queues it; one that was asked before is given back as it is, complete or on its way, or goes on after its last part. */
  start(request: StudyRequestInput): StudyRow;
  /** What is done is kept; asked again it ends at once. One that waits leaves the queue. */
  stop(study: string): StudyRow;
  /** With its parts; files that it wrote stay. @throws LabError 'request' while it is being carried out */
  remove(study: string): void;
  /** Resolves when the study is carried out no longer and waits no longer. */
  ended(study: string): Promise<StudyRow>;
}

export interface StudiesContext {
  store: Store;
  queue: Queue;
  emit: Emit;
  late: LateWrites;
  startStudy(study: StudyRow): Active;
  /** Resolves at the next event of a study. */
  changed(study: string): Promise<void>;
}

/** What the lab itself does with studies beside what it offers. */
export interface LabStudies extends Studies {
  /** As a task of the queue. */
  task(study: string): Task;
  /** Takes the studies of a run out of the queue. @throws LabError 'request' while one is being carried out */
  release(run: RunRow): void;
}

export function studiesOver({ store, queue, emit, late, startStudy, changed }: StudiesContext): LabStudies {
  const told = (study: StudyRow) => {
    emit({ type: 'study', study });
    return study;
  };
  const become = becoming({ late, rows: store.studies, told });
  const task = (id: string): Task => ({
    id,
    placed: (queuePosition) => void become(id, { queuePosition }),
    start() {
      // What an earlier life of it has left to write comes first.
      late.settle();
      return startStudy(store.studies.get(id));
    },
    delayed({ message, remedy = '' }) {
      const text = `It waits to be started: ${message} ${remedy}`.trim();
      told({ ...store.studies.get(id), message: `${text} It starts by itself then.` });
    },
    refused: ({ message, remedy = 'Start it again to go on.' }) =>
      void become(id, { status: 'failed', message: `It could not be started: ${message} ${remedy}` }),
  });
  const unqueue = (id: string) => queue.remove(id) && become(id, { status: 'stopped' });

  return {
    task,
    estimate: (request) => estimateStudy(store, checkedRequest(store, request)),
    start(value) {
      const { hash, request, run } = checkedRequest(store, value);
      const known = store.studies.find(hash);
      if (known?.status === 'stopping') {
        throw new LabError('request', 'This study is being stopped.', {
          field: 'study',
          value: known.id,
          remedy: 'Start it again in a moment; it goes on after its last part.',
        });
      }
      const done =
        known &&
        ((known.status === 'completed' && store.studies.damagedParts(known.id).length === 0) ||
          queue.active(known.id) ||
          queue.waits(known.id));
      if (done) return known;
      const { id } = known ?? told(store.studies.create({ run: run.id, request, hash }));
      become(id, { status: 'queued' });
      queue.add(task(id));
      return store.studies.get(id);
    },
    stop(id) {
      store.studies.get(id);
      queue.active(id)?.stop();
      unqueue(id);
      return store.studies.get(id);
    },
    remove(id) {
      store.studies.get(id);
      if (queue.active(id)) throw stopFirst('This study is', id);
      queue.remove(id);
      store.studies.remove(id);
      emit({ type: 'study-removed', study: id });
    },
    release(run) {
      const all = store.studies.list({ runs: [run.id], removed: true });
      const active = all.find(({ id }) => queue.active(id));
      if (active) throw stopFirst(`A study of the run ${run.id} is`, active.id);
      for (const { id } of all) unqueue(id);
    },
    async ended(id) {
      for (;;) {
        const active = queue.active(id);
        if (active) await active.ended;
        else if (queue.waits(id)) await changed(id);
        else return store.studies.get(id);
      }
    },
  };
}

const stopFirst = (what: string, study: string) =>
  new LabError('request', `${what} being carried out and cannot be removed.`, {
    field: 'study',
    value: study,
    remedy: 'Stop it first.',
  });
