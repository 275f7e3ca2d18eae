// Runs to their end with progress on the way. The first interrupt pauses them with a checkpoint, the second stops at once.

import { grouped } from '../../charts/index.ts';
import type { Lab } from '../lab/index.ts';
import { plain } from '../lab/text.ts';
import type { RunRow } from '../store/index.ts';
import { exitCodes } from './exit-codes.ts';
import { goOn } from './go-on.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

export interface Outcome {
  runs: RunRow[];
  interrupted: boolean;
}

/** In the order given. Says how each that did not complete can go on, and sets the session's exit code. */
export async function carryOut(
  lab: Lab,
  ids: readonly string[],
  session: Session,
  progress: Progress,
): Promise<Outcome> {
  let interrupts = 0;
  const release = session.io.onInterrupt(() => {
    interrupts += 1;
    progress.end();
    if (interrupts === 1) session.say('Pausing with a checkpoint … (Ctrl-C again to stop at once)');
    // Those that wait leave the queue first, so that none of them begins.
    for (const id of [...ids].reverse()) {
      if (interrupts === 1) lab.pause(id);
      else for (let times = 0; times < 2; times += 1) lab.stop(id);
    }
  });
  try {
    for (const id of ids) lab.start(id);
    const runs = await Promise.all(ids.map((id) => lab.ended(id)));
    progress.end();
    for (const run of runs) tell(run, lab, session);
    if (interrupts > 0) session.exitCode = exitCodes.interrupted;
    else if (runs.some(({ status }) => status === 'failed')) session.exitCode = exitCodes.runFailed;
    return { runs, interrupted: interrupts > 0 };
  } finally {
    release();
  }
}

function tell(run: RunRow, lab: Lab, session: Session): void {
  const { id, name, status, message, configuration } = run;
  if (status === 'completed') return;
  const { step } = lab.store.metrics.last(id) ?? { step: 0 };
  const at = ` at step ${grouped(step)} of ${grouped(configuration.training.steps)}`;
  const checkpoint = lab.store.checkpoints.newest(id);
  const kept = checkpoint?.step === step && status === 'paused' ? ', with its checkpoint' : '';
  const what = {
    queued: 'has not begun',
    paused: `is paused${at}${kept}`,
    failed: `failed${at}`,
    stopped: `was stopped${at}`,
  };
  const state = what[status as keyof typeof what] ?? `is ${status}`;
  const why = message && session.pasteable(message);
  session.say([`"${plain(name, 60)}" ${state}.`, why, goOn(run, lab.store, session)].filter(Boolean).join(' '));
}
