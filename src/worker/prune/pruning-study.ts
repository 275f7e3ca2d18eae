// The pruning bench: one checkpoint on the same validation tokens under many settings, each a part. The unpruned model comes first.
import type { PruningPart, PruningRequest, PruningSetting } from '../../shared/studies/pruning.ts';
import { evaluatedSettings, pruningKey } from '../../shared/studies/pruning-key.ts';
import { isCalibrated, isStatic, needsOutputs } from '../../shared/studies/pruning-methods.ts';
import { checkPruningRequest } from '../../shared/studies/pruning-rules.ts';
import { versions } from '../engine/versions.ts';
import { requestOf } from '../studies/model.ts';
import type { Study, StudyStep } from '../studies/study.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { exportPruned, whyNotExported } from './export.ts';
import { keptOf } from './plan.ts';
import { stopped, told } from './progress.ts';
import { measuredPart } from './pruning-part.ts';
import { planOf } from './static-plan.ts';
import { measureThroughput } from './throughput.ts';
import { openUnpruned, type UnprunedModel } from './unpruned-model.ts';
import { validate } from './validation-pass.ts';
import { dynamicVariant, staticVariant, type Variant } from './variant.ts';

interface Bench {
  unpruned: UnprunedModel;
  /** The unpruned model, as every other is compared with it. */
  plain: Variant;
  calibration: Calibration | null;
  request: PruningRequest;
  exports: string;
  pause: AbortSignal;
}

export const pruningStudy: Study = async function* (job, pause) {
  const request = requestOf(job, 'pruning');
  checkPruningRequest(request, job.configuration);
  const settings = evaluatedSettings(request.settings);
  const missing = settings.filter((setting) => !job.stored.includes(pruningKey(setting)));
  const unpruned = await openUnpruned(job, request);
  try {
    const { kind, device, threads } = unpruned.engine.description;
    const provenance = { engine: kind, device, threads, versions: versions() };
    yield { type: 'started', provenance, total: settings.length };
    const calibration = yield* calibrated(unpruned, request, missing, pause);
    if (calibration === stopped) return;
    const plain = dynamicVariant(unpruned, { method: 'none' });
    for (const setting of missing) {
      if (pause.aborted) return;
      const bench = { unpruned, plain, calibration, request, exports: job.exports, pause };
      const result = yield* evaluated(bench, setting);
      if (result === stopped) return;
      yield { type: 'part', part: { key: pruningKey(setting), result } };
    }
  } finally {
    await unpruned.close();
  }
};

/** One calibration for all settings that need it; null where none does. */
async function* calibrated(
  unpruned: UnprunedModel,
  { calibration }: PruningRequest,
  settings: readonly PruningSetting[],
  pause: AbortSignal,
): AsyncGenerator<StudyStep, Calibration | null | typeof stopped> {
  if (!settings.some(isCalibrated)) return null;
  const outputs = settings.some(needsOutputs);
  return yield* told('calibration', calibrate(unpruned, { ...calibration, outputs }), pause);
}

async function* evaluated(
  bench: Bench,
  setting: PruningSetting,
): AsyncGenerator<StudyStep, PruningPart | typeof stopped> {
  const { unpruned, plain, calibration, request, pause } = bench;
  const key = pruningKey(setting);
  const { model } = unpruned.configuration;
  const fixed = isStatic(setting) ? planOf(setting, model, calibration, request.calibration.seed) : null;
  const variant = fixed
    ? await staticVariant(unpruned, fixed.plan)
    : setting.method === 'none'
      ? plain
      : dynamicVariant(unpruned, setting);
  try {
    const pass = yield* told(`validation, ${key}`, validate(unpruned, variant, request.tokens), pause);
    if (pass === stopped) return stopped;
    const timed = variant.kind === 'pruned' && request.throughput.batches.length > 0;
    const measuring = measureThroughput(unpruned, [variant, plain], request.throughput);
    const throughput = timed ? yield* told(`speed, ${key}`, measuring, pause) : null;
    if (throughput === stopped) return stopped;
    const kept = fixed && keptOf(fixed.plan);
    const notExported = fixed && request.export ? whyNotExported(fixed.plan) : null;
    const exported =
      fixed && request.export && notExported === null
        ? await exportPruned(unpruned, fixed.plan, key, bench.exports)
        : null;
    return {
      step: request.step,
      setting,
      ...measuredPart(variant, pass, kept, model.experts),
      calibrationTokens: isCalibrated(setting) ? calibration!.tokens : null,
      kept,
      scores: fixed?.scores ?? null,
      throughput,
      exported,
      notExported,
    };
  } finally {
    await variant.close();
  }
}
