// Alerts with invented numbers: for pictures and tests of the page.
import { type Alert, alertKind } from '../shared/alerts.ts';
import type { EventRow } from '../shared/api.ts';

export const fakeAlert = (step: number, change: Partial<Alert> = {}): Alert => ({
  detector: 'loss-spike',
  severity: 'warning',
  layer: null,
  layers: [],
  value: 4.913,
  threshold: 2.871,
  step,
  checkpoint: step >= 100 ? 100 : null,
  message: `The training loss jumped to 4.913 nats, from about 2.402 before. ${step >= 100 ? 'The newest checkpoint from before it is of step 100.' : 'There is no checkpoint from before it.'}`,
  ...change,
});

/** What a run that went wrong at a step was noticed for. */
export const fakeTroubles = (step: number): Alert[] => [
  fakeAlert(step - 40),
  fakeAlert(step - 20, {
    detector: 'dead-experts',
    layer: 2,
    layers: [1, 2],
    value: 9,
    threshold: 1,
    severity: 'critical',
    message:
      '11 experts received no token of the validation data, in layers 1 and 2; layer 2 has 9 of 16 such. There is no checkpoint from before it.',
    checkpoint: null,
  }),
  fakeAlert(step, {
    detector: 'not-finite',
    severity: 'critical',
    value: null,
    threshold: null,
    message: `The loss of step ${step} is not a number. The newest checkpoint from before it is of step 100.`,
  }),
];

export const fakeEvent = (run: string, alert: Alert, id: number): EventRow => ({
  id,
  run,
  created: new Date(Date.UTC(2026, 10, 20, 9, 30, id)).toISOString(),
  step: alert.step,
  kind: alertKind,
  message: alert.message,
  data: { ...alert },
});
