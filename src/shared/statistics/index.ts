// Statistics of runs over seeds: what one may say of a difference, and in which words.
export { type BootstrapOptions, bootstrapInterval } from './bootstrap.ts';
export { holm } from './holm.ts';
export {
  type Interval,
  type IntervalMethod,
  intervalNames,
  meanInterval,
  type SampleSummary,
  sampleSummary,
  tInterval,
} from './interval.ts';
export { mean, median, medianAbsoluteDeviation, standardDeviation } from './moments.ts';
export { type PairedDifference, pairedDifference, type Sign } from './paired-difference.ts';
export {
  type ComparedMeasure,
  lossMeasure,
  type PairedComparison,
  type PairedStatistics,
  pairedStatistics,
  type RunPair,
} from './paired-statistics.ts';
export {
  baselineOf,
  groupKey,
  type ObservedRun,
  pairKey,
  pairsOf,
  type SeedGroup,
  seedGroups,
  settled,
  settledPairs,
} from './pairs.ts';
export { correctionSentence, type PairedWords, pairedSentence } from './sentences.ts';
export { tProbability, tQuantile } from './student-t.ts';
