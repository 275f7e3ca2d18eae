import { expect, test } from 'vitest';
import { configurationFromPreset } from '../../../shared/config/index.ts';
import type { RunStart } from '../../../shared/worker-messages.ts';
import { equalStart } from './equal-start.ts';

/** Parameters and data by their seed; the routers are the objective's. */
const run = (seed: number, routers = '', data = `data ${seed}`) => ({
  configuration: configurationFromPreset('nano', { name: 'run', corpus: 'text', seeds: { init: seed, data: seed } }),
  start: {
    initHash: `all ${seed} ${routers}`,
    initHashWithoutRouters: `rest ${seed}`,
    dataHash: data,
  } as RunStart,
});

test('runs of one seed are held against each other alone', () => {
  const equal = { initHash: true, initHashWithoutRouters: true, dataHash: true };
  expect(equalStart([run(1), run(1)])).toMatchObject({ equal });
  expect(equalStart([run(1), run(1)]).ofOneSeed).toBeUndefined();
  expect(equalStart([run(1), run(2)]).ofOneSeed).toBeUndefined();
  const seeds = equalStart([run(1), run(2), run(1, 'orthogonal'), run(2, 'orthogonal')]);
  expect(Object.values(seeds.equal)).toEqual([false, false, false]);
  expect(seeds.ofOneSeed).toEqual({ ...equal, initHash: false });
  expect(equalStart([run(1), run(2), run(1), run(2, '', 'other')]).ofOneSeed).toEqual({ ...equal, dataHash: false });
  const notBegun = { ...run(2), start: null };
  expect(equalStart([run(1), run(1), run(2), notBegun]).ofOneSeed).toEqual({
    initHash: false,
    initHashWithoutRouters: false,
    dataHash: false,
  });
});
