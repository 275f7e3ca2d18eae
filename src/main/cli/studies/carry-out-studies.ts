// Studies to their end with progress on the way. The first interrupt stops them, the second at once; what is done is kept.
import type { StudyRequest, StudyRow } from '../../../shared/studies/study.ts';
import type { Lab } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import type { StudyProgress } from './study-progress.ts';

/** In the order given. Says what did not complete and how it goes on, and sets the session's exit code. */
export async function carryOutStudies(
  lab: Lab,
  requests: readonly StudyRequest[],
  session: Session,
  progress: StudyProgress,
): Promise<StudyRow[]> {
  let interrupts = 0;
  const ids: string[] = [];
  const release = session.io.onInterrupt(() => {
    interrupts += 1;
    progress.end();
    if (interrupts === 1) session.say('Stopping; what is done is kept … (Ctrl-C again to stop at once)');
    // Those that wait leave the queue first, so that none of them begins.
    for (const id of [...ids].reverse()) lab.studies.stop(id);
  });
  try {
    for (const request of requests) ids.push(lab.studies.start(request).id);
    const studies = await Promise.all(ids.map((id) => lab.studies.ended(id)));
    progress.end();
    const left = studies.filter(({ status }) => status !== 'completed');
    for (const study of left) {
      const reason = study.message ?? 'It has not begun.';
      session.say(
        `${progress.label(study)} ${study.status === 'failed' ? 'failed' : 'was stopped'}. ${plain(reason, 1000)}`,
      );
    }
    if (left.length > 0) session.say(`To go on after what is done: ${session.sameCommand}`);
    if (interrupts > 0) session.exitCode = exitCodes.interrupted;
    else if (left.length > 0) session.exitCode = exitCodes.runFailed;
    return studies;
  } finally {
    release();
  }
}
