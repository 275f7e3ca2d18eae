// Results of pruning as a trained model might have them, made of the invented ones: each run with a loss and a redundancy of its
// own, worse criteria worse, and less work where less is done. For pictures and tests of the page.
import type { StudyPart } from '../shared/api.ts';
import type { PruningPart, PruningRequest, PruningSetting } from '../shared/studies/pruning.ts';
import { layerOf } from '../shared/studies/pruning-methods.ts';

/** 0 to 1, the same for the same text. */
function fraction(text: string): number {
  let state = 7;
  for (const letter of text) state = (Math.imul(state, 31) + letter.charCodeAt(0)) >>> 0;
  return (Math.imul(state, 2654435761) >>> 0) / 2 ** 32;
}

const criteria = ['reap', 'gate-weighted-frequency', 'frequency', 'output-similarity', 'router-similarity', 'random'];
const K = 2;

/** What a setting costs in nats, and the share of the work that it saves. */
function effectOf(setting: PruningSetting): { rise: number; saved: number } {
  switch (setting.method) {
    case 'none':
      return { rise: 0, saved: 0 };
    case 'drop-top':
      return { rise: 0.06 * setting.experts ** 1.3, saved: 0 };
    case 'threshold':
      return { rise: 1.6 * setting.threshold ** 2, saved: setting.threshold };
    case 'fewer-active':
      return { rise: 0.08 * (K - setting.active), saved: (K - setting.active) / (2 * K) };
    case 'dynamic':
      return { rise: 0.1 * (1 - setting.share), saved: 0.4 * (1 - setting.share) };
    case 'remove': {
      const worse = 1 + 0.3 * criteria.indexOf(setting.criterion) + (setting.reversed ? 2 : 0) + 0.15 * setting.draw;
      return { rise: 0.35 * worse * setting.ratio ** 2, saved: 0.05 + 0.1 * setting.ratio };
    }
    case 'merge':
      return { rise: 0.6 * setting.ratio ** 2, saved: 0.05 + 0.1 * setting.ratio };
  }
}

export function livelyPruning(parts: readonly StudyPart[], { run, throughput, tokens }: PruningRequest): StudyPart[] {
  const own = fraction(run);
  return parts.map(({ key, result }) => {
    const part = result as PruningPart;
    const { setting, layers, experts } = part;
    const whole = effectOf(setting);
    const single = layerOf(setting);
    // Of what all layers cost together the first bears most.
    const share = single === null ? 1 : (2 * (layers - single)) / (layers * (layers + 1));
    const { rise, saved } = { rise: share * whole.rise, saved: share * whole.saved };
    const first = (parts[0]!.result as PruningPart).loss;
    const loss = first + 0.1 * own + rise * (0.8 + 0.4 * own);
    const shift = loss - part.loss;
    const ratio = 'ratio' in setting ? setting.ratio : 0;
    const keeps = (layer: number) => {
      if (single !== null && single !== layer) return experts;
      const uneven = 'scope' in setting && setting.scope === 'global' ? 0.4 + (1.2 * (layer + own / 2)) / layers : 1;
      return Math.max(1, Math.round(experts * (1 - ratio * uneven)));
    };
    const kept = Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: keeps(layer) }, (_, expert) => expert),
    );
    const speed = (median: number) => ({ median, low: 0.98 * median, high: 1.02 * median });
    const lively: PruningPart = {
      ...part,
      tokens,
      loss,
      perplexity: Math.exp(loss),
      blocks: part.blocks.map((block) => block + shift),
      domains: { prose: { loss: loss - 0.1, tokens: tokens * 0.6 }, code: { loss: loss + 0.15, tokens: tokens * 0.4 } },
      counts: part.counts.map((count, at) =>
        at % experts < keeps(Math.floor(at / experts)) ? Math.round(count * (1 + rise * fraction(`${key} ${at}`))) : 0,
      ),
      activeExperts: K * (1 - saved),
      kept: ratio > 0 ? kept : null,
      bytes: 14_000_000 * (1 - 0.7 * ratio),
      parameters: 3_500_000 * (1 - 0.7 * ratio),
      flopsPerToken: 1_400_000 * (1 - saved),
      seconds: part.kind === 'mask' ? null : 2 * (1 - saved),
      throughput:
        part.kind === 'mask'
          ? null
          : throughput.batches.map((batch) => {
              const unpruned = 18_000 + 400 * Math.sqrt(batch) * (1 + own);
              return { batch, tokensPerSecond: speed(unpruned * (1 + saved)), unpruned: speed(unpruned) };
            }),
    };
    return { key, result: lively };
  });
}
