// What happened while the runs were trained: alerts, crashes, failures, and where execution stopped and went on.
import { grouped } from '../../../../charts/index.ts';
import { alertNames, alertOf } from '../../../../shared/alerts.ts';
import { plain } from '../../text.ts';
import type { Block } from '../document.ts';
import type { ReportSource, RunHistory } from '../source.ts';

interface Happening {
  run: string;
  step: number | null;
  what: string;
  text: string;
}

/** Of one report; a run that failed in a loop has many alike. */
const most = 300;
const longest = 400;

export function events({ histories, comparison, labels }: ReportSource): Block[] {
  const ended = comparison.runs.flatMap(({ status, message }, index): Happening[] =>
    status === 'failed' || status === 'stopped'
      ? [{ run: labels[index]!, step: null, what: status, text: plain(message ?? '', longest) }]
      : [],
  );
  const all = [...(histories ?? []).flatMap(happeningsOf), ...ended];
  if (all.length === 0) {
    const text = histories ? 'No alert was raised, and no run was interrupted.' : 'No run failed or was stopped.';
    return [{ kind: 'paragraph', text }];
  }
  return [
    {
      kind: 'table',
      id: 'events',
      title: 'Alerts and interruptions',
      columns: [
        { label: 'run', align: 'left' },
        { label: 'step', align: 'right' },
        { label: 'what', align: 'left' },
        { label: 'in words', align: 'left' },
      ],
      rows: all
        .slice(0, most)
        .map(({ run, step, what, text }) => [run, step === null ? '' : grouped(step), what, text]),
      ...(all.length > most && { note: `${grouped(all.length - most)} more are left out.` }),
    },
  ];
}

function happeningsOf({ label, segments, events }: RunHistory): Happening[] {
  const raised = events.flatMap((event): Happening[] => {
    if (event.kind === 'start') return [];
    const alert = alertOf(event);
    const what = alert ? `${alertNames[alert.detector]} (${alert.severity})` : plain(event.kind, 40);
    return [{ run: label, step: event.step, what, text: plain(event.message, longest) }];
  });
  const stops = segments.flatMap(({ outcome, endStep, lastStep }, index): Happening[] => {
    if (outcome === 'completed' || outcome === null) return [];
    const next = segments[index + 1];
    const step = endStep ?? lastStep;
    const again = next && step !== null && next.fromStep < step ? ', whose steps after it were done again' : '';
    const text = next ? `It went on from step ${grouped(next.fromStep)}${again}.` : 'It has not gone on since.';
    return [{ run: label, step, what: outcome, text }];
  });
  return [...raised, ...stops].sort((a, b) => (a.step ?? 0) - (b.step ?? 0));
}
