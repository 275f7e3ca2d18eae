// What the store keeps and hands out. The page shows the same, so the shapes are part of the contract.
export type * from '../../shared/records.ts';
export { runStatuses, segmentOutcomes } from '../../shared/records.ts';
export type { StudyPart, StudyProvenance, StudyRequest, StudyRow, StudyStatus } from '../../shared/studies/study.ts';
