// What the texts have to be that a store keeps of a segment's start and of evaluations, looked at where one is read back or comes in
// from outside: a file that was damaged, or that somebody else wrote, holds anything. Their types are in worker-messages.ts.
import { z } from 'zod';

/** Any number, the not finite ones too. */
export const number = z.custom<number>((value) => typeof value === 'number', 'a number');
const perLayer = z.array(number).max(1_000_000);

/** As z.record, which leaves a key called __proto__ out. */
export const byName = <Schema extends z.ZodType>(schema: Schema) =>
  z.custom<Record<string, z.output<Schema>>>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((item) => schema.safeParse(item).success),
    'an object of values by name',
  );

export const domainsSchema = byName(z.object({ loss: number, tokens: number }));

/** Without its counts, which are stored apart. */
export const routingSchema = z.object({
  ...{ uniqueExperts: perLayer, uniqueExpertsPooled: number, sequenceExpertUtilization: perLayer, entropy: perLayer },
  ...{ maxViolation: perLayer, gini: perLayer, orthogonalityMeanSquare: perLayer, orthogonalityL1: perLayer },
});

/** Without its pairs, which are stored apart. */
export const similaritySchema = z.object({
  ...{ tokens: number, pes: perLayer, standardError: perLayer, minimum: number },
});

export const provenanceSchema = z.object({
  ...{ engine: z.string(), device: z.string(), threads: number },
  versions: z.record(z.string(), z.string()),
});

export const runStartSchema = z.object({
  step: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  ...{ initHash: z.string(), initHashWithoutRouters: z.string(), dataHash: z.string() },
  engine: z.object({
    kind: z.enum(['onnx-cpu', 'onnx-webgpu', 'reference', 'tensorflow']),
    ...{ device: z.string(), software: z.boolean(), threads: number },
  }),
  parameters: z.object({ total: number, active: number }),
  bytes: z.object({ estimated: number, parameters: number }),
  versions: z.record(z.string(), z.string()),
});
