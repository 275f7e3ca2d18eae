// A loss, gradient or weight that is no finite number. The worker finds it before anything is updated and stops with the error
// 'not-finite'; this makes it an alert that names the last good checkpoint. Every whole checkpoint is good here: the worker
// writes none with weights that are not finite. There is no threshold and no episode: the run has ended.
import type { ErrorData } from '../../../shared/errors.ts';
import type { Finding } from './detector.ts';

/** @param step the newest step that is stored; null for any other error */
export function notFinite({ code, message }: ErrorData, step: number): Finding | null {
  if (code !== 'not-finite') return null;
  return {
    severity: 'critical',
    layer: null,
    layers: [],
    value: null,
    threshold: null,
    step,
    healthy: step,
    message,
  };
}
