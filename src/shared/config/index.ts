// The run configuration as other folders use it.
export * from './cost.ts';
export * from './estimate.ts';
export * from './evaluation-schedule.ts';
export { type Field, fields, objectiveFields, objectiveKinds, rangeText } from './fields.ts';
export * from './fork.ts';
export * from './objective-text.ts';
export * from './objectives.ts';
export * from './overrides.ts';
export * from './parameter-count.ts';
export * from './parse.ts';
export * from './presets.ts';
export { ConfigurationError, type Problem } from './problems.ts';
export { type CorpusLimits, checkCorpus } from './rules.ts';
export type * from './schema.ts';
export { engineKinds } from './schema.ts';
export * from './tokenizers.ts';
