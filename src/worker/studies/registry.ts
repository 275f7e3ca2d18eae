// Which study carries out which kind of request.
import type { StudyKind } from '../../shared/studies/study.ts';
import { pruningStudy } from '../prune/pruning-study.ts';
import { geometryStudy } from './geometry-study.ts';
import { lensStudy } from './lens-study.ts';
import { routingStudy } from './routing-study.ts';
import { similarityStudy } from './similarity-study.ts';
import type { Study } from './study.ts';

export const studies: Readonly<Record<StudyKind, Study>> = {
  routing: routingStudy,
  similarity: similarityStudy,
  geometry: geometryStudy,
  lens: lensStudy,
  pruning: pruningStudy,
};
