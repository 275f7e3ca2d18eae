// What can be done with one run, as the entries of its menu.
import { type Application, pausable, startable, stoppable } from '../../state/application.svelte.ts';
import type { RunEntry } from '../../state/run-entry.svelte.ts';
import type { MenuItem } from '../../ui/menu-item.ts';

export function actionsOf(application: Application, run: RunEntry): MenuItem[] {
  const { status, checkpoint, queuePosition } = run.summary;
  const queue = application.runs.queue;
  const place = queue.indexOf(run);
  return [
    { label: 'Open', run: () => application.open({ kind: 'run', run: run.id }) },
    ...(startable(run) ? [{ label: startWord(run), run: () => void application.start([run]) }] : []),
    ...(pausable(run)
      ? [
          {
            label: queuePosition === null ? 'Pause' : 'Take out of the queue',
            run: () => void application.pause([run]),
          },
        ]
      : []),
    ...(stoppable(run) ? [{ label: 'Stop for good', run: () => void application.stop([run]) }] : []),
    ...(place > 0 ? [{ label: 'Move to the front', run: () => void application.move(run, queue[0]!.id) }] : []),
    {
      label: 'Fork at its newest checkpoint…',
      run: () => application.open({ kind: 'fork', run: run.id, step: checkpoint! }),
      off: checkpoint === null ? 'It has no checkpoint yet' : undefined,
    },
    {
      label: 'Train on…',
      run: () => application.open({ kind: 'train-on', run: run.id }),
      off: checkpoint === null ? 'It has no checkpoint yet' : undefined,
    },
    { label: 'Run again from the start', run: () => void application.again(run) },
    { label: 'Rename', run: () => application.open({ kind: 'rename-run', run: run.id }) },
    {
      label: 'Remove',
      danger: true,
      run: () => void application.remove([run]),
      off: status === 'running' || status === 'pausing' ? 'Pause it first' : undefined,
    },
  ];
}

export function startWord({ summary: { status, checkpoint } }: RunEntry): string {
  if (status === 'failed') return checkpoint === null ? 'Try again' : `Try again from step ${checkpoint}`;
  return status === 'queued' ? 'Start' : 'Resume';
}
