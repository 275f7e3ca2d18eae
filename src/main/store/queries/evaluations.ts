// Table evaluation: scalars in columns, nested measures as JSON, the count cube and the pair matrices as blobs.

import { domainsSchema, routingSchema, similaritySchema } from '../../../shared/stored-schemas.ts';
import type { Evaluation, RoutingMeasures, SimilarityMeasures } from '../../../shared/worker-messages.ts';
import type { Connection } from '../connection.ts';
import { type Layer, layersOf } from '../curve.ts';
import { soundText } from '../damage.ts';
import type { Evaluations, Runs, Segments } from '../index.ts';
import { fromBlob, toBlob } from '../number-array.ts';
import { toText } from '../plain-text.ts';
import type { EvaluationRow } from '../rows.ts';
import { checkedStep, found } from './refusals.ts';

interface Row {
  id: number;
  segment: number;
  run: string;
  created: string;
  step: number;
  tokens: number | null;
  seconds: number | null;
  cost: number | null;
  loss: number | null;
  perplexity: number | null;
  evaluated_tokens: number | null;
  domains: string;
  routing: string | null;
  counts: Uint8Array | null;
  similarity: string | null;
  pairs: Uint8Array | null;
}

interface Place {
  id: number;
  step: number;
}

const select = 'SELECT evaluation.*, segment.run FROM evaluation JOIN segment ON segment.id = evaluation.segment';

export function evaluationQueries(
  connection: Connection,
  runs: Pick<Runs, 'get'>,
  segments: Pick<Segments, 'get' | 'places'>,
): Evaluations {
  const get = (id: number) =>
    fromRow(found(connection.get<Row>(`${select} WHERE evaluation.id = @id`, { id }), 'evaluation', id));
  const ofLayer = ({ segment, limit }: Layer) =>
    connection.all<Place>('SELECT id, step FROM evaluation WHERE segment = @segment AND step <= @limit ORDER BY id', {
      segment,
      limit: Math.min(limit, Number.MAX_SAFE_INTEGER),
    });
  /** Where the run's evaluations lie, in ascending steps, one a step unless those that newer segments replaced are wanted. */
  const places = (run: string, superseded: boolean): Place[] => {
    runs.get(run);
    const layers = layersOf(run, (parent) => segments.places(parent));
    const byLayer = layers.map(ofLayer);
    const all = byLayer.flatMap((rows, index) => {
      const above = layers.slice(index + 1);
      const shown = new Map(rows.map((row) => [row.step, row]));
      const hidden = ({ step }: Place) =>
        above.some(({ from, to }) => from <= step && step <= to) ||
        byLayer.slice(index + 1).some((newer) => newer.some((other) => other.step === step));
      return superseded ? rows : [...shown.values()].filter((row) => !hidden(row));
    });
    return all.sort((a, b) => a.step - b.step || a.id - b.id);
  };
  return {
    get,
    add(segment, evaluation) {
      segments.get(segment);
      const id = connection.run(
        `INSERT INTO evaluation (segment, created, step, tokens, seconds, cost, loss, perplexity, evaluated_tokens,
           domains, routing, counts, similarity, pairs)
         VALUES (@segment, @created, @step, @tokens, @seconds, @cost, @loss, @perplexity, @evaluatedTokens,
           @domains, @routing, @counts, @similarity, @pairs)`,
        { segment, created: new Date().toISOString(), ...columnsOf(evaluation) },
      );
      return get(id);
    },
    list: (run, { superseded = false } = {}) => places(run, superseded).map(({ id }) => get(id)),
    losses: (run) =>
      places(run, false).map(({ id }) => {
        const sql = 'SELECT step, tokens, seconds, loss, perplexity FROM evaluation WHERE id = @id';
        const { step, tokens, seconds, loss, perplexity } = found(connection.get<Row>(sql, { id }), 'evaluation', id);
        return {
          step,
          tokens: number(tokens),
          seconds: number(seconds),
          loss: number(loss),
          perplexity: number(perplexity),
        };
      }),
    newest(run) {
      const place = places(run, false).at(-1);
      return place ? get(place.id) : null;
    },
  };
}

function columnsOf({ routing, similarity, ...evaluation }: Evaluation) {
  const { step, tokens, seconds, cost, loss, perplexity, evaluatedTokens, domains } = evaluation;
  const { counts = null, ...routingRest } = routing ?? {};
  const { pairs = null, ...similarityRest } = similarity ?? {};
  return {
    step: checkedStep(step, 'step'),
    tokens,
    seconds,
    cost,
    loss,
    perplexity,
    evaluatedTokens,
    domains: toText(domains),
    routing: routing && toText(routingRest),
    counts: counts && toBlob(counts, 2, 'routing.counts'),
    similarity: similarity && toText(similarityRest),
    pairs: pairs && toBlob(pairs, 3, 'similarity.pairs'),
  };
}

/** SQLite keeps no NaN. */
const number = (value: number | null) => value ?? Number.NaN;

function fromRow(row: Row): EvaluationRow {
  const { id, run, segment, created } = row;
  const routing =
    row.routing === null
      ? null
      : soundText<Omit<RoutingMeasures, 'counts'>>(row.routing, routingSchema, `routing of the evaluation ${id}`);
  const similarity =
    row.similarity === null
      ? null
      : soundText<Omit<SimilarityMeasures, 'pairs'>>(
          row.similarity,
          similaritySchema,
          `similarity of the evaluation ${id}`,
        );
  const evaluation: Evaluation = {
    step: row.step,
    tokens: number(row.tokens),
    seconds: number(row.seconds),
    cost: number(row.cost),
    loss: number(row.loss),
    perplexity: number(row.perplexity),
    evaluatedTokens: number(row.evaluated_tokens),
    domains: soundText<Evaluation['domains']>(row.domains, domainsSchema, `domains of the evaluation ${id}`),
    routing: routing && {
      ...routing,
      counts: fromBlob<number[][]>(row.counts ?? new Uint8Array(), 2, 'routing.counts'),
    },
    similarity: similarity && {
      ...similarity,
      pairs: fromBlob<number[][][]>(row.pairs ?? new Uint8Array(), 3, 'similarity.pairs'),
    },
  };
  return { id, run, segment, created, evaluation };
}
