import { expect, it } from 'vitest';
import { type ErrorCode, LabError, nextAction } from './errors.ts';

// A record, so that a code that is added and left out here does not compile.
const codes: Record<ErrorCode, true> = {
  configuration: true,
  corpus: true,
  checkpoint: true,
  store: true,
  engine: true,
  'not-finite': true,
  worker: true,
  'not-found': true,
  request: true,
  internal: true,
};

it.each(Object.keys(codes) as ErrorCode[])('%s has a next action of its own when the error names none', (code) => {
  const action = nextAction(new LabError(code, 'It failed.'));
  expect(action).toMatch(/^[A-Z].{10,}\.$/);
  const others = Object.keys(codes).filter((other) => other !== code) as ErrorCode[];
  expect(others.map((other) => nextAction({ code: other }))).not.toContain(action);
});

it('the action that an error names stands before that of its kind', () => {
  expect(nextAction(new LabError('store', 'It is locked.', { remedy: 'Close the other program.' }))).toBe(
    'Close the other program.',
  );
});
