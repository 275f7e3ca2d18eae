// Kills small trainings many times and says what held: node scripts/run.mjs e2e/faults/run.ts [--kills N] [--seed S] [--steps N]
import { parseArgs } from 'node:util';
import { killAgainAndAgain } from './campaign.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    steps: { type: 'string', default: '400' },
  },
});
const [kills, seed, steps] = [values.kills, values.seed, values.steps].map(Number) as [number, number, number];
process.stdout.write(`seed ${seed}\n`);
const began = performance.now();
const result = await killAgainAndAgain({ kills, seed, steps, onKill: (text) => process.stdout.write(`${text}\n`) });
const seconds = Math.round((performance.now() - began) / 1000);
process.stdout.write(`${JSON.stringify({ ...result, seconds }, null, 1)}\n`);
