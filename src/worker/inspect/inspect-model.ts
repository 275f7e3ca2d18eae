// The inspection of one model as a stream of events: what is in it first, then routers, experts and health layer by layer.
// It reads each tensor once, in turn, and holds one layer's fingerprints. It declines to run the model: what needs tokens (PES,
// load, loss) is a study's.
import { setImmediate } from 'node:timers/promises';
import type { InspectionEvent, Part } from '../../shared/inspection.ts';
import { HealthTally } from './health.ts';
import { inspectExperts } from './inspect-experts.ts';
import { inspectRouter } from './inspect-router.ts';
import { type OpenedModel, openModel } from './open-model.ts';
import { layerOf } from './parts.ts';
import { Scan } from './scan.ts';

export interface InspectionOptions {
  signal?: AbortSignal;
  /** 'routers' stops after the routers: little to read in a model of any size. */
  depth?: 'routers' | 'everything';
}

/**
 * @param paths one model, as `groupPaths` groups them
 * @throws LabError 'checkpoint' for a file that is refused; the signal's reason when it aborts
 */
export async function* inspectModel(
  paths: readonly string[],
  { signal, depth = 'everything' }: InspectionOptions = {},
): AsyncGenerator<InspectionEvent> {
  const model = await openModel(paths, signal);
  try {
    yield { type: 'outline', outline: model.outline };
    yield { type: 'recognition', recognition: model.recognition };
    yield { type: 'parameters', parameters: model.parameters };
    for (const layer of model.layout.layers) {
      await pause(signal);
      yield { type: 'router', router: await inspectRouter(model.weights, layer) };
    }
    if (depth === 'everything') yield* everything(model, signal);
    yield { type: 'done' };
  } finally {
    await model.close();
  }
}

async function* everything(model: OpenedModel, signal: AbortSignal | undefined): AsyncGenerator<InspectionEvent> {
  const { weights, layout, outline } = model;
  const progress = (): InspectionEvent => ({
    type: 'progress',
    done: Math.min(Math.round(weights.bytesRead), outline.bytes),
    total: outline.bytes,
  });
  weights.bytesRead = 0;
  const pieces = new Set<string>();
  for (const layer of layout.layers) {
    const tally = new HealthTally('experts', layer.layer);
    for (const matrices of layer.matrices) {
      for (const { tensor } of Object.values(matrices ?? {})) pieces.add(tensor);
    }
    const reading = inspectExperts(weights, layer, tally);
    let step = await reading.next();
    for (; !step.done; step = await reading.next()) {
      await pause(signal);
      yield progress();
    }
    yield { type: 'experts', experts: step.value };
    yield { type: 'health', health: tally.result };
  }
  for (const [group, names] of restByPart(model, pieces)) {
    const [part, layer] = group;
    const tally = new HealthTally(part, layer);
    for (const name of names) {
      tally.add(name, await scanTensor(model, name, signal));
      await pause(signal);
    }
    yield { type: 'health', health: tally.result };
    yield progress();
  }
}

/** Tensors that no expert's reading covered, by part and layer. Complex numbers are listed and not scanned. */
function restByPart(model: OpenedModel, seen: ReadonlySet<string>): Map<readonly [Part, number | null], string[]> {
  const keys = new Map<string, readonly [Part, number | null]>();
  const groups = new Map<readonly [Part, number | null], string[]>();
  for (const { name, from } of model.weights.tensors.values()) {
    if (seen.has(name) || from[0]!.dtype === 'C64') continue;
    const [part, layer] = [model.partOf(name), layerOf(name)];
    const text = `${part} ${layer}`;
    const key = keys.get(text) ?? [part, layer];
    keys.set(text, key);
    // One group may have every one of half a million tensors.
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  return groups;
}

async function scanTensor({ weights }: OpenedModel, name: string, signal: AbortSignal | undefined): Promise<Scan> {
  const scan = new Scan();
  for await (const piece of weights.pieces(name)) {
    scan.add(piece);
    signal?.throwIfAborted();
  }
  if (scan.mayHaveOutliers) for await (const piece of weights.pieces(name)) scan.countOutliers(piece);
  return scan;
}

/** Lets messages in, an abort among them. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
