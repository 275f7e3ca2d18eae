// Every engine prunes a trained checkpoint as an independent PyTorch implementation does (test/pytorch/pruning.py, in float64): the
// scores of each criterion, the experts that stay, the slots that are kept, and the loss of each validation sequence.
import { beforeAll, describe, expect, test } from 'vitest';
import { type PruningPart, type PruningSettingInput, pruningSettingSchema } from '../src/shared/studies/pruning.ts';
import { pruningKey } from '../src/shared/studies/pruning-key.ts';
import { partsOf, pruningJob } from '../src/worker/prune/example-study.testing.ts';
import { engines } from './engines.ts';
import { type Integer, pruningFixture, type Real, relativeError } from './fixtures.ts';

const { scores, cases } = pruningFixture();
const keyOf = (setting: PruningSettingInput) => pruningKey(pruningSettingSchema.parse(setting));

/** Relative to the norm; float32 rounds, and may move a slot whose probability lies at a bound. */
const tolerances: Record<string, { losses: number; scores: number; slots: number }> = {
  reference: { losses: 1e-7, scores: 1e-6, slots: 0 },
  other: { losses: 2e-5, scores: 1e-5, slots: 2 },
};

/** A GPU that a processor plays needs seconds for each setting: one of each kind of program. */
const fewKeys = [
  'drop-top 1',
  'dynamic 0.6',
  'threshold 0.22 renormalised',
  'threshold 1 may leave none',
  'remove reap 0.4 global',
];
const few = cases.filter(({ setting }) => fewKeys.includes(keyOf(setting)));

const computed = ['reference', 'onnx-cpu', 'onnx-webgpu', 'tensorflow'] as const;
const present = computed.filter((kind) => engines.some(({ name, available }) => name === kind && available));

describe.each(present)('pruning on %s', (engine) => {
  const tolerance = tolerances[engine] ?? tolerances.other!;
  const asked = engine === 'onnx-webgpu' ? few : cases;
  let parts: Map<string, PruningPart>;
  beforeAll(async () => {
    parts = await partsOf(
      pruningJob(
        asked.map(({ setting }) => setting),
        { engine },
      ),
    );
  });

  test.each(asked.map((one) => [keyOf(one.setting), one] as const))('%s', (key, expected) => {
    const part = parts.get(key)!;
    expect(part.kept).toEqual(expected.kept);
    expect(relativeError(part.blocks, expected.blocks.data)).toBeLessThan(tolerance.losses);
    expect(moved(part.counts, expected.counts)).toBeLessThanOrEqual(tolerance.slots);
    if (part.setting.method !== 'remove') return;
    expect(relativeError(part.scores!, scoresOf(part.setting.criterion).data)).toBeLessThan(tolerance.scores);
  });
});

const scoresOf = (criterion: string): Real => scores[criterion]!;

/** Slots that are counted elsewhere. */
const moved = (counts: Float64Array, { data }: Integer): number =>
  counts.reduce((sum, count, index) => sum + Math.abs(count - data[index]!), 0);
