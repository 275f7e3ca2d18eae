// Follows the lab's events and shows them outside of the window: progress, notifications, no falling asleep.
import { type BrowserWindow, Notification, powerSaveBlocker } from 'electron';
import type { ApiEvent } from '../../shared/api.ts';
import type { LabApi } from '../lab-api/index.ts';
import type { RunStatus } from '../store/index.ts';
import { endingWords, isTraining, overallProgress } from './training-state.ts';

/** Milliseconds between looks at how far the runs are. */
export const interval = 2000;

/** @returns what ends it; to be called before the lab closes, whose store it reads. */
export function watchTraining(
  { lab, server }: LabApi,
  window: () => BrowserWindow | null,
  show: () => void,
): () => void {
  const statuses = new Map<string, RunStatus>();
  let awake: number | null = null;

  function look(): void {
    const current = lab.store.runs.list({ status: ['queued', 'running', 'pausing'] });
    window()?.setProgressBar(overallProgress(current.map((run) => ({ ...run, step: stepOf(run.id) }))) ?? -1);
    if (isTraining(current)) awake ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (awake !== null) {
      powerSaveBlocker.stop(awake);
      awake = null;
    }
  }
  const stepOf = (run: string) => lab.store.segments.list(run).at(-1)?.lastStep ?? 0;

  function take(event: ApiEvent): void {
    if (event.type !== 'run') return;
    const { run } = event;
    const words = endingWords(statuses.get(run.id), run);
    statuses.set(run.id, run.status);
    if (words && !window()?.isFocused()) {
      const notification = new Notification(words);
      notification.on('click', show);
      notification.show();
    }
    look();
  }

  const unwatch = server.watch(take);
  const timer = setInterval(look, interval).unref();
  return () => {
    clearInterval(timer);
    unwatch();
  };
}
