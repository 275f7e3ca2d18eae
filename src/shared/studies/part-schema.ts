// What a part of each kind of study has to be, looked at where one comes in or is read back: a file that was damaged, or that
// somebody else wrote, holds anything. The types of the parts are beside their requests.
import { z } from 'zod';
import { number } from '../stored-schemas.ts';
import { pruningSettingSchema } from './pruning.ts';
import { vocabularies } from './routing.ts';
import type { StudyKind } from './study.ts';

const whole = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const count = z.int().min(0).max(1_000_000);
const text = z.string().max(1_000_000);
const floats = z.instanceof(Float64Array);
const numbers = z.array(number);
const expertToken = z.looseObject({ token: number, text, count: number, share: number });
const losses = z.record(text, z.looseObject({ loss: number, tokens: number }));
const quartiles = z.looseObject({ median: number, low: number, high: number });

const pair = z.looseObject({
  experts: z.tuple([count, count]),
  cosine: number,
  views: z
    .array(
      z.looseObject({
        expert: count,
        tokens: number,
        top: z.array(expertToken),
        domains: z.array(z.looseObject({ name: text, share: number })),
      }),
    )
    .length(2),
});

const model = { step: whole, layers: count, experts: count };

const schemas = {
  routing: z.looseObject({
    ...{ ...model, tokens: number, loss: number, counts: floats, saturation: numbers, switchRate: numbers.nullable() },
    together: floats,
    domains: z.looseObject({ names: z.array(text), tokens: numbers, slots: floats }),
    vocabulary: z.looseObject(
      Object.fromEntries(
        vocabularies.map((name) => [
          name,
          z.looseObject({ specialisation: floats, top: z.array(z.array(z.array(expertToken))) }),
        ]),
      ),
    ),
  }),
  similarity: z.looseObject({
    ...{ ...model, tokens: number, sequences: number, pes: numbers, standardError: numbers, minimum: number },
    ...{ sequenceStandardError: numbers, interval: z.array(z.tuple([number, number])), cosines: floats },
    ...{ most: z.array(z.array(pair)), least: z.array(z.array(pair)) },
  }),
  geometry: z.looseObject({
    ...{ ...model, gram: floats, cosine: floats, singularValues: z.array(numbers), norms: z.array(numbers) },
    ...{ load: z.array(numbers), normLoadCorrelation: z.array(number.nullable()) },
    drift: z.looseObject({ relative: numbers, cosine: numbers }).nullable(),
    orthogonality: z.looseObject({ l1: numbers, meanSquare: numbers, direction: numbers }),
  }),
  lens: z.looseObject({
    ...{ step: whole, layers: count, active: count, cut: number, losses: floats, probabilities: floats },
    ...{
      tokens: z.array(z.looseObject({ id: number, text })),
      predicted: z.array(z.looseObject({ id: number, text })),
    },
    chosen: z.instanceof(Int32Array),
  }),
  pruning: z.looseObject({
    ...{ ...model, setting: pruningSettingSchema, kind: z.enum(['pruned', 'mask']), tokens: number },
    ...{ calibrationTokens: number.nullable(), loss: number, perplexity: number, blocks: floats, domains: losses },
    ...{ counts: floats, activeExperts: number, kept: z.array(z.array(count)).nullable(), scores: floats.nullable() },
    ...{ bytes: number, parameters: number, flopsPerToken: number, seconds: number.nullable() },
    throughput: z
      .array(
        z.looseObject({ batch: number, tokensPerSecond: quartiles, unpruned: quartiles, ratio: quartiles.optional() }),
      )
      .nullable(),
    ...{ exported: text.nullable(), notExported: text.nullable() },
  }),
} satisfies Record<StudyKind, z.ZodType>;

type Lengths = [field: string, of: { readonly length: number } | null, length: number][];

/** The fields that have one value for each layer, expert, pair or token. */
const lengths: { [Kind in StudyKind]: (part: z.infer<(typeof schemas)[Kind]>) => Lengths } = {
  routing: ({ layers: L, experts: E, ...part }) => [
    ...perLayerOf(L, { saturation: part.saturation, switchRate: part.switchRate }),
    ['counts', part.counts, L * E],
    ['together', part.together, L * E * E],
    ['domains.tokens', part.domains.tokens, part.domains.names.length],
    ['domains.slots', part.domains.slots, L * E * part.domains.names.length],
    ...vocabularies.flatMap((name): Lengths => {
      const { specialisation, top } = part.vocabulary[name]!;
      return [
        [`vocabulary.${name}.specialisation`, specialisation, L * E],
        [`vocabulary.${name}.top`, top, L],
        ...top.map((experts): Lengths[number] => [`vocabulary.${name}.top`, experts, E]),
      ];
    }),
  ],
  similarity: ({
    layers: L,
    experts: E,
    pes,
    standardError,
    sequenceStandardError,
    interval,
    most,
    least,
    cosines,
  }) => [
    ...perLayerOf(L, { pes, standardError, sequenceStandardError, interval, most, least }),
    ['cosines', cosines, L * E * E],
  ],
  geometry: ({ layers: L, experts: E, orthogonality, drift, ...part }) => [
    ...perLayerOf(L, {
      ...{ singularValues: part.singularValues, norms: part.norms, load: part.load },
      ...{ normLoadCorrelation: part.normLoadCorrelation, ...orthogonality },
      ...{ relative: drift?.relative ?? null, driftCosine: drift?.cosine ?? null },
    }),
    ...[...part.norms, ...part.load].map((values): Lengths[number] => ['norms and load', values, E]),
    ['gram', part.gram, L * E * E],
    ['cosine', part.cosine, L * E * E],
  ],
  lens: ({ layers: L, active: K, tokens: { length: n }, losses, predicted, chosen, probabilities }) => [
    ['losses', losses, n],
    ['predicted', predicted, n],
    ['chosen', chosen, L * n * K],
    ['probabilities', probabilities, L * n * K],
  ],
  pruning: ({ layers: L, experts: E, counts, kept, scores }) => [
    ['counts', counts, L * E],
    ['scores', scores, L * E],
    ['kept', kept, L],
  ],
};

function perLayerOf(layers: number, fields: Record<string, { readonly length: number } | null>): Lengths {
  return Object.entries(fields).map(([field, of]) => [field, of, layers]);
}

/** Why this is no result of a study of this kind; null where it is one. */
export function faultOfPart(kind: StudyKind, result: unknown): string | null {
  const parsed = schemas[kind].safeParse(result);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue!.path.map(String).join('.') || 'the whole'}: ${issue!.message}`;
  }
  const wrong = lengths[kind](parsed.data as never).find(([, of, length]) => of !== null && of.length !== length);
  return wrong ? `${wrong[0]} has ${wrong[1]!.length} values where it needs ${wrong[2]}` : null;
}
