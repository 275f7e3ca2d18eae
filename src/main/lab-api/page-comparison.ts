// A comparison as pages get it: without the similarity of each pair of experts at each evaluation, which no figure of a
// comparison shows and which is most of its bytes. Whoever looks at pairs asks for the run's evaluations.
import type { Comparison } from '../../shared/comparison.ts';

export const pageComparison = (comparison: Comparison): Comparison => ({
  ...comparison,
  runs: comparison.runs.map((run) => ({
    ...run,
    evaluations: run.evaluations.map(({ similarity, ...evaluation }) => ({
      ...evaluation,
      similarity: similarity && { ...similarity, pairs: [] },
    })),
  })),
});
