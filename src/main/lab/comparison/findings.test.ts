import { expect, test } from 'vitest';
import type { ComparedRun, Comparison } from '../../../shared/comparison.ts';
import { configurationFromPreset, objectiveKey, objectiveLabel } from '../../../shared/config/index.ts';
import { speedUpToEqualLoss } from '../../../shared/speed-up/index.ts';
import { findings } from './findings.ts';
import { comparisonStatistics } from './statistics.ts';

/** Evaluated at 0, 100 and 200 tokens, with all of its experts in use. */
function run(kind: 'simbal' | 'lbl-sequence', losses: number[], experts: number, status: ComparedRun['status']) {
  const objective = [{ kind }];
  const evaluations = losses.map((loss, index) => ({ step: 10 * index, tokens: 100 * index, seconds: index, loss }));
  const final = {
    ...evaluations.at(-1)!,
    perplexity: 1,
    minimumSimilarity: null,
    routing: { uniqueExperts: experts, experts },
  };
  return {
    id: kind,
    course: [],
    configuration: configurationFromPreset('nano', { name: kind, corpus: 'text', objective }),
    status,
    start: null,
    progress: null,
    objective: objectiveLabel(objective),
    objectiveKey: objectiveKey(objective),
    evaluations,
    final,
  } as unknown as ComparedRun;
}

function said(runs: ComparedRun[]): string {
  for (const one of runs) {
    one.speedUps = runs
      .filter((other) => other !== one)
      .map(({ id, evaluations }) => ({
        baseline: id,
        equalLoss: speedUpToEqualLoss(evaluations, one.evaluations),
        curve: [],
      }));
  }
  const equalStart = { equal: {} } as Comparison['equalStart'];
  const statistics = comparisonStatistics(runs);
  return findings({ runs, equalStart, statistics, corpora: [], differences: [] }).sentences.join(' ');
}

test('a loss is final only where its run is complete', () => {
  const best = run('simbal', [5, 2, 1.8], 8, 'completed');
  expect(said([best, run('lbl-sequence', [5, 4, 2], 8, 'completed')])).toContain('reached the final loss of LBL (2');
  expect(said([best, run('lbl-sequence', [5, 4], 8, 'running')])).toContain('reached the newest loss of LBL (4');
});

test('experts are told of as many as each mixture has', () => {
  const best = run('simbal', [5, 2], 8, 'completed');
  const other = (experts: number) => run('lbl-sequence', [5, 4], experts, 'completed');
  expect(said([best, other(8)])).toContain('Of 8 experts a layer, the validation tokens used 8');
  expect(said([best, other(16)])).toMatch(/used 8(\.0)? of 8 with SimBal and 16(\.0)? of 16 with LBL/);
});
