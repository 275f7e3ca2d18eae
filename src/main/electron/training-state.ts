// What the shell shows of training outside of its window: progress in the dock, words when a run ends, whether the machine
// may sleep. Pure.
import type { RunSummary } from '../../shared/api.ts';
import { plain } from '../lab/text.ts';
import type { RunRow } from '../store/index.ts';

const busy = new Set<RunRow['status']>(['running', 'pausing']);

/** While runs are carried out the machine is kept from falling asleep; its screen is not. */
export const isTraining = (runs: readonly Pick<RunRow, 'status'>[]): boolean =>
  runs.some(({ status }) => busy.has(status));

/** Share of the steps that are done, of the runs that are carried out or wait; null when there is none. */
export function overallProgress(
  runs: readonly Pick<RunSummary, 'status' | 'step' | 'configuration' | 'queuePosition'>[],
): number | null {
  const current = runs.filter(({ status, queuePosition }) => busy.has(status) || queuePosition !== null);
  if (!current.some(({ status }) => busy.has(status))) return null;
  const steps = current.reduce((sum, { configuration }) => sum + configuration.training.steps, 0);
  const done = current.reduce((sum, { step }) => sum + step, 0);
  return Math.min(1, done / steps);
}

export interface Words {
  title: string;
  body: string;
}

/** What is said when a run has come from one status to another; null when nothing is. */
export function endingWords(
  before: RunRow['status'] | undefined,
  run: Pick<RunRow, 'status' | 'name' | 'message'>,
): Words | null {
  if (before === undefined || !busy.has(before)) return null;
  const name = plain(run.name, 80);
  const body = plain(run.message ?? '', 240);
  if (run.status === 'completed') return { title: `${name} is complete`, body };
  if (run.status === 'failed') return { title: `${name} failed`, body };
  // Paused although nobody asked: the machine or the worker gave way.
  if (run.status === 'paused' && before === 'running') return { title: `${name} is paused`, body };
  return null;
}

export interface ClosingQuestion extends Words {
  buttons: readonly string[];
}

export const closingAnswers = ['pause', 'keep', 'cancel'] as const;
export type ClosingAnswer = (typeof closingAnswers)[number];

/** What is asked when the window closes, its buttons in the order of `closingAnswers`; null when nothing is carried out. */
export function closingQuestion(
  runs: readonly Pick<RunRow, 'status' | 'name' | 'queuePosition'>[],
): ClosingQuestion | null {
  const running = runs.filter(({ status }) => busy.has(status));
  const [first] = running;
  if (!first) return null;
  const waiting = runs.filter(({ queuePosition }) => queuePosition !== null).length;
  const what = running.length === 1 ? `${plain(first.name, 80)} is training.` : `${running.length} runs are training.`;
  const queue = waiting === 0 ? '' : ` ${waiting} more ${waiting === 1 ? 'waits' : 'wait'}.`;
  return {
    title: `${what}${queue}`,
    body: 'Paused, each writes a checkpoint and goes on from it next time. Without the window they train on; start the lab again to see it.',
    buttons: ['Pause and quit', 'Train on without the window', 'Cancel'],
  };
}

/** What is asked where a lab takes long to close; the second button stops what runs. */
export const lateQuestion = (waiting: string): ClosingQuestion => ({
  title: 'The lab is still pausing what runs.',
  body: `${waiting} Stopped at once, it goes on from its newest checkpoint the next time; what was not yet written since is done again.`.trim(),
  buttons: ['Wait', 'Stop at once'],
});
