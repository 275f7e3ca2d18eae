// The results of a study as long tables, whatever its kind.
import type { GeometryPart } from '../../../../shared/studies/geometry.ts';
import type { LensPart } from '../../../../shared/studies/lens.ts';
import type { PruningPart } from '../../../../shared/studies/pruning.ts';
import type { RoutingPart } from '../../../../shared/studies/routing.ts';
import type { SimilarityPart } from '../../../../shared/studies/similarity.ts';
import type { StudyKind } from '../../../../shared/studies/study.ts';
import type { DataTable, TableRun } from './data-table.ts';
import { geometryTables } from './geometry.ts';
import { lensTables } from './lens.ts';
import { pruningTables } from './pruning.ts';
import { routingTables } from './routing.ts';
import { similarityTables } from './similarity.ts';

export { type DataTable, joinedTables, tableCsv } from './data-table.ts';
export { type EvaluationRates, evaluationRates, evaluationTables } from './evaluations.ts';

/** Results of the parts of each kind of study. */
export interface StudyResults {
  routing: RoutingPart;
  similarity: SimilarityPart;
  geometry: GeometryPart;
  lens: LensPart;
  pruning: PruningPart;
}

const tables: { [Kind in StudyKind]: (run: TableRun, parts: readonly StudyResults[Kind][]) => DataTable[] } = {
  routing: routingTables,
  similarity: similarityTables,
  geometry: geometryTables,
  lens: lensTables,
  pruning: pruningTables,
};

/** @param parts results of a study of this kind */
export function studyTables<Kind extends StudyKind>(
  kind: Kind,
  run: TableRun,
  parts: readonly StudyResults[Kind][],
): DataTable[] {
  return tables[kind](run, parts);
}
