// After a crash: nobody runs what the file says is running. Says so in the file, once.
import { isDamage } from './damage.ts';
import type { Store } from './index.ts';
import type { RecoveredRun, RunRow, SegmentOutcome } from './rows.ts';

/**
 * Ends open segments as 'interrupted', turns 'running' and 'pausing' runs into 'paused' with an event each, and 'running'
 * and 'stopping' studies into 'stopped'. Answers with the runs.
 */
export function recover(store: Store): RecoveredRun[] {
  return store.transaction(() => {
    for (const run of store.runs.list({ removed: true })) unlessDamaged(store, run, endInterrupted);
    stopStudies(store);
    const left = store.runs.list({ status: ['running', 'pausing'], removed: true });
    return left.flatMap((run) => unlessDamaged(store, run, recoverRun) ?? []);
  });
}

/** Another one's damage keeps nobody from opening the lab. */
function unlessDamaged<Result>(
  store: Store,
  run: RunRow,
  work: (store: Store, run: RunRow) => Result,
): Result | undefined {
  try {
    return work(store, run);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    store.runs.setStatus(run.id, 'failed', thrown.message);
    return undefined;
  }
}

function recoverRun(store: Store, { id, name, status }: RunRow): RecoveredRun {
  // The lab may have ended right after its turn had come.
  store.runs.setQueuePosition(id, null);
  const segments = store.segments.places(id);
  const step = segments.findLast(({ lastStep }) => lastStep !== null)?.lastStep ?? null;
  const checkpoint = store.checkpoints.newest(id);
  const message = `The lab ended while this run was ${status}${step === null ? '' : ` at step ${step}`}; ${
    checkpoint ? `it can go on from the checkpoint of step ${checkpoint.step}` : 'it has no checkpoint and starts anew'
  }.`;
  store.runs.setStatus(id, 'paused', message);
  const data = { status, checkpoint: checkpoint?.folder ?? null };
  store.events.add(id, { step, kind: 'recovered', message, data });
  return { run: id, name, step, checkpoint };
}

function stopStudies(store: Store): void {
  const message =
    'The lab ended while this study was running; the parts that were done are kept. Start it again to go on.';
  for (const { id } of store.studies.list({ status: ['running', 'stopping'], removed: true })) {
    store.studies.setQueuePosition(id, null);
    store.studies.setStatus(id, 'stopped', message);
  }
}

const endInterrupted = (store: Store, { id }: RunRow): void => endSegments(store, id, 'interrupted');

/** Those that are still open, at the last step that they have. */
export function endSegments(store: Pick<Store, 'segments'>, run: string, outcome: SegmentOutcome): void {
  for (const { id, ended, lastStep, fromStep } of store.segments.places(run)) {
    if (ended === null) store.segments.end(id, { outcome, step: lastStep ?? fromStep });
  }
}
