// Alerts in the words of every screen.
import { grouped, significant } from '../../../charts/index.ts';
import { type Alert, alertNames } from '../../../shared/alerts.ts';
import { count } from '../../ui/words.ts';

/** 'Loss spike at step 1 200' */
export const alertTitle = ({ detector, step }: Pick<Alert, 'detector' | 'step'>): string =>
  `${alertNames[detector]} at step ${grouped(step)}`;

/** '2 alerts: Loss spike at step 120, Dead experts at step 200' */
export function alertsTitle(alerts: readonly Pick<Alert, 'detector' | 'step'>[]): string {
  const newest = alerts.slice(-4).map(alertTitle);
  const more = alerts.length > newest.length ? ` and ${alerts.length - newest.length} earlier` : '';
  return `${count(alerts.length, 'alert')}: ${newest.join(', ')}${more}`;
}

const number = (value: number) => (Number.isInteger(value) ? grouped(value) : significant(value));

/** 'measured 6.120, threshold 4.200', counts as whole numbers; empty where no number says it. */
export function measuredText({ value, threshold }: Pick<Alert, 'value' | 'threshold'>): string {
  const parts = [
    value === null ? '' : `measured ${number(value)}`,
    threshold === null ? '' : `threshold ${number(threshold)}`,
  ];
  return parts.filter(Boolean).join(', ');
}
