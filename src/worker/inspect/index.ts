// The inspector's door: open what a person dropped, say what it is, and compare two. It does nothing itself.
export { type DifferenceOptions, diffModels } from './diff-models.ts';
export { type InspectionOptions, inspectModel } from './inspect-model.ts';
export { type OpenedModel, openModel } from './open-model.ts';
export { groupPaths } from './open-source.ts';
export { tensorStatistics } from './tensor-statistics.ts';
