// Alerts as flags of a chart over training. Pure.
import type { ComparedRun } from '../../../shared/comparison.ts';
import type { PlotFlag } from '../../charts/plot-flag.ts';
import type { NotedAlert } from '../../state/alerts.svelte.ts';
import type { Moment } from '../../state/curve.ts';
import type { RunGroup } from '../../state/groups.ts';
import { momentOf } from '../compare/moments.ts';
import { alertTitle } from './words.ts';

export interface FlaggedCurves {
  alerts: (run: string) => readonly NotedAlert[];
  evaluations: (run: string) => readonly Moment[];
  /** Where moments of a run lie on the x-axis. */
  placesOf: (run: ComparedRun) => (moment: Moment) => number;
  open: (run: string) => void;
}

export function alertFlags(groups: readonly RunGroup<ComparedRun>[], curves: FlaggedCurves): PlotFlag[] {
  return groups.flatMap(({ runs }) =>
    runs.flatMap(({ run, label, colour }) => {
      const at = curves.placesOf(run);
      return curves.alerts(run.id).map((alert): PlotFlag => {
        const title = alertTitle(alert);
        return {
          key: `${run.id} ${alert.detector} ${alert.step} ${alert.layer}`,
          x: at(momentOf(alert.step, run.configuration, curves.evaluations(run.id))),
          label: `${label}: ${title}`,
          colour,
          critical: alert.severity === 'critical',
          open: () => curves.open(run.id),
        };
      });
    }),
  );
}
