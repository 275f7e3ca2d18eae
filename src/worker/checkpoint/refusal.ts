// How this folder says no: one sentence with the path, the tensor and the value, as a LabError 'checkpoint'.
import { type ErrorEvidence, LabError } from '../../shared/errors.ts';
import { printable } from '../../shared/printable.ts';

/** A file's own text inside a sentence of ours: quoted, shortened, and unable to reorder or hide what surrounds it. */
export function quote(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return printable(JSON.stringify(short));
}

export function refusal(path: string, reason: string, evidence: ErrorEvidence = {}): LabError {
  const stop = /[.!?]$/.test(reason) ? '' : '.';
  return new LabError('checkpoint', `${path}: ${reason}${stop}`, { field: path, ...evidence });
}
