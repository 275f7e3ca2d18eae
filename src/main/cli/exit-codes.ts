// What the exit code says.
import type { ErrorCode, LabError } from '../../shared/errors.ts';

export const exitCodes = { done: 0, failure: 1, badInput: 2, runFailed: 3, interrupted: 130 } as const;

export const exitCodeWords = '0 done, 1 failure, 2 bad input, 3 a run or study failed, 130 interrupted';

const inputCodes: readonly ErrorCode[] = ['configuration', 'corpus', 'checkpoint', 'not-found', 'request'];

export const exitCodeOf = ({ code }: LabError): number =>
  inputCodes.includes(code) ? exitCodes.badInput : exitCodes.failure;
