import type { CpuInfo } from 'node:os';
import { expect, test } from 'vitest';
import { machineLoad } from './machine-load.ts';

const core = (user: number, idle: number) => ({ times: { user, nice: 0, sys: 0, irq: 0, idle } }) as CpuInfo;

test('the load is that of all cores since it was asked last', () => {
  let cores = [core(100, 100), core(0, 200)];
  const load = machineLoad({ cpus: () => cores, freemem: () => 7 });
  expect(load()).toEqual({ cpu: null, freeMemory: 7 });
  cores = [core(200, 100), core(50, 250)];
  expect(load().cpu).toBeCloseTo(0.75);
  expect(load().cpu).toBeCloseTo(0.75);
  cores = [core(200, 200), core(50, 350)];
  expect(load().cpu).toBe(0);
});

test('of this machine it is a share and some bytes', () => {
  const { cpu, freeMemory } = machineLoad()();
  expect(cpu === null || (cpu >= 0 && cpu <= 1)).toBe(true);
  expect(freeMemory).toBeGreaterThan(0);
});
