// Imports of the pretended lab: a recording, a bundle, and a curve that was imported before.
import type { ApiHandlers, ImportedCurve } from '../shared/api.ts';
import { LabError } from '../shared/errors.ts';

const curve: ImportedCurve = {
  ...{
    id: 'c1',
    name: 'baseline.csv val_loss',
    tag: 'val_loss',
    quantity: 'validation loss',
    axis: 'tokens',
    x: 'tokens',
  },
  ...{ tokensPerStep: null, points: 120, format: 'table', source: '/results/baseline.csv', sha256: 'ab'.repeat(32) },
  ...{ created: '2026-11-20T09:00:00Z', notes: [] },
};

export function fakeImports(some: boolean): ApiHandlers['imports'] {
  let curves: ImportedCurve[] = some
    ? [curve, { ...curve, id: 'c2', quantity: 'training loss', name: 'baseline.csv train_loss' }]
    : [];
  const named = (tag: string, first: number[], suggested: string | null) => ({
    ...{ tag, points: 2000, notFinite: 0, first, suggested },
  });
  return {
    look({ path }) {
      if (path.endsWith('.zip')) {
        return {
          ...{
            kind: 'bundle',
            path,
            title: 'Router balance at 14 M parameters',
            made: '2026-11-01T10:00:00Z',
            lab: '1.0.0',
          },
          ...{ bytes: 48_000_000, runs: 9, experiments: 1, studies: 4, checkpoints: 9 },
        };
      }
      if (!path.includes('tfevents')) {
        throw new LabError('request', `${path} does not exist.`, { field: path, remedy: 'Check the path.' });
      }
      return {
        ...{ kind: 'recording', path, format: 'tensorboard', sha256: 'cd'.repeat(32), bytes: 1_204_000 },
        axes: [
          { name: 'step', kind: 'step' },
          { name: 'seconds', kind: 'seconds' },
        ],
        tags: [
          named('train/loss', [5.55, 5.31, 5.02], 'training loss'),
          named('val/loss', [5.49, 4.87, 4.41], 'validation loss'),
          named('train/grad_norm', [1.2, 0.98, 1.1], null),
          named('train/lr', [0.0001, 0.0002, 0.0003], null),
        ],
        notes: ['The last record of events.out.tfevents.1 is cut off at byte 1203991; all before it was read.'],
      };
    },
    bundle: () => ({
      ...{
        title: 'Router balance',
        experiments: [],
        runs: [],
        studies: [],
        known: ['r2', 'r3'],
        mapped: [],
        corporaWithoutText: [],
      },
    }),
    curves: ({ choice }) => choice.tags.map(({ tag, quantity }) => ({ ...curve, tag, quantity })),
    list: () => curves,
    points: ({ curves: ids }) =>
      ids.map((id) => {
        const x = Float64Array.from({ length: 120 }, (_, index) => (index + 1) * 20_000);
        return { curve: id, x, values: x.map((at) => 1.9 + 3.6 * Math.exp(-at / 400_000)) };
      }),
    rename: ({ name }) => ({ ...curve, name }),
    remove({ curve: id }) {
      curves = curves.filter((one) => one.id !== id);
      return null;
    },
  };
}
