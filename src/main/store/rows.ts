// What the store keeps and hands out. The page shows the same, so the shapes are part of the contract.
import type { SegmentRow } from '../../shared/records.ts';

export type * from '../../shared/records.ts';
/** Where a segment lies among the steps of its run. */
export type SegmentPlace = Pick<SegmentRow, 'id' | 'fromStep' | 'lastStep' | 'parent' | 'ended' | 'outcome'>;

export { runStatuses, segmentOutcomes } from '../../shared/records.ts';
export type { StudyPart, StudyProvenance, StudyRequest, StudyRow, StudyStatus } from '../../shared/studies/study.ts';
