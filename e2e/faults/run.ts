// Longer trials than the tests have time for, one at a time: node scripts/run.mjs e2e/faults/run.ts
//   [--kills N] [--seed S] [--steps N]   small trainings, killed many times
//   --studies N [--seed S]               studies, killed many times
//   --migrations                         homes of every earlier version, killed at every call of their migration
//   --lock SECONDS                       a lab at its busiest while another program locks its database, so long after all wait
//   --races N                            two labs that open one home at the same instant
import { parseArgs } from 'node:util';
import { migrations } from '../../src/main/store/migrations/index.ts';
import { killAgainAndAgain } from './campaign.ts';
import { traceMissing } from './checkpoint-calls.ts';
import { lockWhileBusy } from './lock-while-busy.ts';
import { killMigrations } from './migration-kills.ts';
import { raceForHome } from './races.ts';
import { killStudies } from './study-kills.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    steps: { type: 'string', default: '400' },
    studies: { type: 'string' },
    migrations: { type: 'boolean', default: false },
    lock: { type: 'string' },
    races: { type: 'string' },
  },
});
const [kills, seed, steps] = [values.kills, values.seed, values.steps].map(Number) as [number, number, number];
const line = (text: string) => process.stdout.write(`${text}\n`);

async function trial(): Promise<unknown> {
  if (values.lock) return lockWhileBusy(Number(values.lock));
  if (values.races) return raceForHome(Number(values.races));
  if (values.migrations) return everyMigration();
  line(`seed ${seed}`);
  if (values.studies) return killStudies({ kills: Number(values.studies), seed, onKill: line });
  return killAgainAndAgain({ kills, seed, steps, onKill: line });
}

async function everyMigration(): Promise<unknown> {
  const layers = traceMissing() === null ? (['program', 'system'] as const) : (['program'] as const);
  const results: Record<string, unknown> = {};
  for (let version = 1; version < migrations.length; version++) {
    for (const layer of layers) results[`version ${version}, ${layer}`] = await killMigrations(version, layer);
  }
  return results;
}

const began = performance.now();
const result = await trial();
const seconds = Math.round((performance.now() - began) / 1000);
line(JSON.stringify({ result, seconds }, null, 1));
