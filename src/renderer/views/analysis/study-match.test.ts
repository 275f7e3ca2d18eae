import { expect, test } from 'vitest';
import type { StudyRequestInput } from '../../../shared/api.ts';
import { studyRequestSchema } from '../../../shared/studies/study.ts';
import { answers } from './study-match.ts';

test('a request is answered by the same one, whatever is left to its defaults', () => {
  const asked = { kind: 'routing' as const, run: 'a', steps: [10, 20] } satisfies StudyRequestInput;
  const row = { request: studyRequestSchema.parse({ topTokens: 10, ...asked, tokens: 65_536 }) };
  expect(answers(row, asked)).toBe(true);
  expect(answers(row, { ...asked, steps: [10] })).toBe(false);
  expect(answers(row, { ...asked, tokens: 64 })).toBe(false);
  expect(answers(row, { ...asked, steps: [20, 10] })).toBe(false);
});
