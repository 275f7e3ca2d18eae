// How this folder says no: one sentence with the path, the tensor and the value, as a LabError 'checkpoint'.
import { type ErrorEvidence, LabError } from '../../shared/errors.ts';

/** A file's own text inside a sentence of ours: quoted, shortened, and unable to reorder or hide what surrounds it. */
export function quote(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(short).replace(
    /[\p{Cf}\u007f-\u009f\u2028\u2029]/gu,
    (hidden) => `\\u{${hidden.codePointAt(0)!.toString(16)}}`,
  );
}

export function refusal(path: string, reason: string, evidence: ErrorEvidence = {}): LabError {
  const stop = /[.!?]$/.test(reason) ? '' : '.';
  return new LabError('checkpoint', `${path}: ${reason}${stop}`, { field: path, ...evidence });
}

const plainReasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  EEXIST: 'it exists already',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder, not a file',
  ELOOP: 'its symbolic links lead in a circle',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an input/output error',
  ENAMETOOLONG: 'the path is too long',
};

/** Why the operating system refused, in words; null for what is not an error of the file system. */
export function plainReason(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return null;
  return 'syscall' in thrown ? (plainReasons[thrown.code] ?? `the system reports ${thrown.code}`) : null;
}
