// Pruning settings in words: what each costs in loss and brings in speed, for one run and across runs.
import { abbreviated, byteSize, grouped } from '../../../charts/index.ts';
import { lossChange } from '../../../shared/studies/loss-change.ts';
import type { PruningPart } from '../../../shared/studies/pruning.ts';
import { settingName } from '../../../shared/studies/pruning-key.ts';
import { speedRatio } from '../../../shared/studies/pruning-speed.ts';
import { textTable } from '../text-table.ts';
import { number, titled } from './text-parts.ts';

export function pruningText(label: string, parts: readonly PruningPart[]): string {
  const [first] = parts;
  const batches = parts.find(({ throughput }) => throughput)?.throughput?.map(({ batch }) => batch) ?? [];
  const column = (name: string, read: (part: PruningPart) => string, align: 'left' | 'right' = 'right') => ({
    label: name,
    align,
    values: parts.map(read),
  });
  const table = textTable([
    column('setting', ({ setting }) => settingName(setting), 'left'),
    column('loss', ({ loss }) => number(loss, 4)),
    column('perplexity', ({ perplexity }) => number(perplexity, 4)),
    column('Δ loss (95%)', (part) => changeText(part, parts)),
    column('experts a token', ({ activeExperts }) => grouped(activeExperts, 2)),
    column('seconds', ({ seconds }) => (seconds === null ? '–' : number(seconds))),
    ...batches.flatMap((batch) => {
      const at = ({ throughput }: PruningPart) => throughput?.find((one) => one.batch === batch);
      return [
        column(`tokens/s at ${batch}`, (part) => {
          const speed = at(part);
          return speed ? grouped(speed.tokensPerSecond.median) : '–';
        }),
        column('ratio (quartiles)', (part) => {
          const speed = at(part);
          if (!speed) return '–';
          const { median, low, high } = speedRatio(speed);
          const spread = part.setting.method === 'none' ? '' : ` (${grouped(low, 2)} to ${grouped(high, 2)})`;
          return `${grouped(median, 2)}×${spread}`;
        }),
      ];
    }),
    column('weights', ({ bytes }) => byteSize(bytes)),
    column('FLOPs a token', ({ flopsPerToken }) => abbreviated(flopsPerToken)),
    column('', ({ kind, setting }) => (setting.method === 'none' ? '' : kind), 'left'),
  ]);
  const masks = parts.some(({ kind }) => kind === 'mask')
    ? ['A mask computes what it hides: it has a loss and no speed.\n']
    : [];
  const exported = parts.flatMap(({ setting, exported: folder, notExported }) => {
    const text = folder ?? (notExported && `not exported: ${notExported}`);
    return text ? [`${settingName(setting)}: ${text}\n`] : [];
  });
  return `${titled(`${label}: pruned at step ${grouped(first!.step)}, on ${grouped(first!.tokens)} validation tokens; Δ is against the unpruned model, block by block`)}${table}${[...masks, ...exported].join('')}`;
}

export interface PrunedRun {
  label: string;
  parts: readonly PruningPart[];
}

/** The same settings of several runs beside each other. */
export function prunedRunsText(runs: readonly PrunedRun[]): string {
  const settings = runs.flatMap(({ parts }) => parts.map(({ setting }) => setting));
  const keys = [...new Set(settings.map(settingName))];
  const table = textTable([
    { label: 'setting', align: 'left', values: keys },
    ...runs.flatMap(({ label, parts }) => {
      const read = (write: (part: PruningPart) => string) =>
        keys.map((key) => {
          const part = parts.find(({ setting }) => settingName(setting) === key);
          return part ? write(part) : '–';
        });
      return [
        { label: `${label}: perplexity`, values: read(({ perplexity }) => number(perplexity, 4)) },
        { label: 'Δ loss', values: read((part) => changeText(part, parts)) },
      ];
    }),
  ]);
  return `${titled('Across runs')}${table}`;
}

function changeText(part: PruningPart, parts: readonly PruningPart[]): string {
  const unpruned = parts.find(({ setting }) => setting.method === 'none');
  if (!unpruned || part === unpruned) return '–';
  const change = lossChange(part, unpruned);
  if (!change) return '–';
  const { mean, interval } = change;
  const sign = mean > 0 ? '+' : '';
  const half = interval === null ? '' : ` ± ${number((interval.high - interval.low) / 2, 2)}`;
  return `${sign}${number(mean)}${half}`;
}
