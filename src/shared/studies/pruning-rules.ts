// What a pruning request may ask of a model: one rule a setting's method, and rules for the request as a whole. Pure, so that
// the page says the same as the worker.
import type { ModelConfiguration, RunConfiguration } from '../config/schema.ts';
import { type ErrorData, LabError } from '../errors.ts';
import type { PruningRequest, PruningSetting } from './pruning.ts';
import { pruningKey, withSettingNames } from './pruning-key.ts';
import { layerOf } from './pruning-methods.ts';

/** Slots that indices of 32 bits can count. */
const mostSlots = 2 ** 31 - 1;

/**
 * How many experts a ratio removes: of each layer, or of all L·E together; the nearest whole number.
 */
export function removedExperts(model: ModelConfiguration, ratio: number, scope: 'layer' | 'global'): number {
  return Math.round(ratio * model.experts * (scope === 'global' ? model.layers : 1));
}

/** Everything that is wrong with the request, in its order; empty where nothing is. */
export function pruningProblems(request: PruningRequest, { model }: RunConfiguration): ErrorData[] {
  if (model.kind === 'dense') {
    return [
      {
        code: 'request',
        message: `The run ${request.run} is a dense model, and pruning takes a mixture: a dense model has no experts to drop.`,
        field: 'run',
        value: request.run,
        remedy: 'Choose a run whose model.kind is "moe".',
      },
    ];
  }
  return [
    ...request.settings.flatMap((setting, index) => {
      const path = `settings.${index}`;
      return settingProblem(setting, path, model) ?? layerProblem(setting, path, model) ?? [];
    }),
    ...repeated(request.settings),
    ...request.throughput.batches.flatMap((batch, index) => batchProblem(batch, index, model) ?? []),
  ];
}

/** @throws LabError 'request', the first of the problems, whose message has the setting's name for its path */
export function checkPruningRequest(request: PruningRequest, configuration: RunConfiguration): void {
  const [first] = pruningProblems(request, configuration);
  if (first) throw LabError.fromJSON({ ...first, message: withSettingNames(first.message, request.settings) });
}

function settingProblem(setting: PruningSetting, path: string, model: ModelConfiguration): ErrorData | undefined {
  const { experts: E, active: K } = model;
  switch (setting.method) {
    case 'none':
    case 'threshold':
    case 'dynamic':
      return undefined;
    case 'drop-top': {
      if (setting.experts <= E - K) return undefined;
      const allowed = `a whole number from 0 to ${E - K}: of ${E} experts, ${K} must be left for each token`;
      return mustBe(`${path}.experts`, setting.experts, allowed, 'Drop fewer experts.');
    }
    case 'fewer-active': {
      if (setting.active <= K) return undefined;
      const allowed = `a whole number from 1 to ${K}, the value of model.active`;
      return mustBe(`${path}.active`, setting.active, allowed, 'Ask for no more experts a token than the model has.');
    }
    case 'remove':
      return ratioProblem(setting, path, model) ?? controlProblem(setting, path);
    case 'merge':
      return ratioProblem(setting, path, model);
  }
}

type Static = Extract<PruningSetting, { ratio: number }>;

function ratioProblem({ ratio, scope }: Static, path: string, model: ModelConfiguration): ErrorData | undefined {
  const { experts: E, layers: L } = model;
  const of = scope === 'global' ? L * E : E;
  const most = scope === 'global' ? L * (E - 1) : E - 1;
  if (most === 0) {
    const allowed = `left out: each layer has one expert, and one must stay`;
    return mustBe(`${path}.ratio`, ratio, allowed, 'Remove this setting.');
  }
  const removed = removedExperts(model, ratio, scope);
  if (removed >= 1 && removed <= most) return undefined;
  const range = `from ${shortest(1 / of)} to ${shortest(most / of)}`;
  const why = `of ${of} experts${scope === 'global' ? ' in all layers' : ' in a layer'}, 1 to ${most} can be removed`;
  const asks = `${path}.ratio is ${ratio}, which removes ${removed}`;
  return {
    code: 'request',
    message: `${asks}; it must be ${range}: ${why}, as each layer keeps at least one.`,
    field: `${path}.ratio`,
    value: String(ratio),
    remedy: removed < 1 ? 'Raise the ratio.' : 'Lower the ratio.',
  };
}

const shortest = (value: number): string => String(Number(value.toPrecision(4)));

function controlProblem(setting: Extract<PruningSetting, { method: 'remove' }>, path: string): ErrorData | undefined {
  const { criterion, reversed, draw } = setting;
  if (criterion === 'random' && reversed) {
    return mustBe(`${path}.reversed`, true, 'false for "random", which has no order to reverse', 'Take another draw.');
  }
  if (criterion !== 'random' && draw !== 0) {
    const allowed = `0 for "${criterion}", which draws nothing`;
    return mustBe(`${path}.draw`, draw, allowed, 'Set it to 0, or the criterion to "random".');
  }
  return undefined;
}

function layerProblem(setting: PruningSetting, path: string, model: ModelConfiguration): ErrorData | undefined {
  const layer = layerOf(setting);
  if (layer === null) return undefined;
  if ('scope' in setting && setting.scope === 'global') {
    const allowed = 'left out with scope "global", which takes from all layers together';
    return mustBe(`${path}.layer`, layer, allowed, 'Leave it out, or set the scope to "layer".');
  }
  if (layer < model.layers) return undefined;
  const allowed = `a whole number from 0 to ${model.layers - 1}: the model has ${model.layers} layers`;
  return mustBe(`${path}.layer`, layer, allowed, 'Name one of its layers.');
}

/** Two settings of the same name would be one part. */
function repeated(settings: readonly PruningSetting[]): ErrorData[] {
  const keys = settings.map(pruningKey);
  return keys.flatMap((key, index) => {
    const first = keys.indexOf(key);
    if (first === index) return [];
    const allowed = `another setting: settings.${first} is the same`;
    return [mustBe(`settings.${index}`, `"${key}"`, allowed, 'Remove one of the two.')];
  });
}

function batchProblem(batch: number, index: number, model: ModelConfiguration): ErrorData | undefined {
  const most = Math.floor(mostSlots / (model.context * model.active));
  if (batch <= most) return undefined;
  const allowed = `a whole number from 1 to ${most} with ${model.context} tokens a sequence and ${model.active} experts a token`;
  return mustBe(`throughput.batches.${index}`, batch, allowed, 'Measure a smaller batch.');
}

/** "settings.0.active is 4; it must be …." */
function mustBe(field: string, value: unknown, allowed: string, remedy: string): ErrorData {
  return {
    code: 'request',
    message: `${field} is ${value}; it must be ${allowed}.`,
    field,
    value: String(value),
    remedy,
  };
}
