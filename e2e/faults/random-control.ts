// Real runs controlled at random, and what held: node scripts/run.mjs e2e/faults/random-control.ts [--minutes 10] [--seed S] [--runs 10] [--steps 300]
import { parseArgs } from 'node:util';
import { controlAtRandom } from './control-campaign.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '10' },
    steps: { type: 'string', default: '300' },
  },
});
const [minutes, seed, runs, steps] = [values.minutes, values.seed, values.runs, values.steps].map(Number) as [
  number,
  number,
  number,
  number,
];
process.stdout.write(`seed ${seed}\n`);
const onAction = (text: string) => process.stdout.write(`${text}\n`);
const { memory, ...result } = await controlAtRandom({ seconds: minutes * 60, seed, runs, steps, onAction });
process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
for (const life of memory) {
  const sampled = Array.from({ length: 8 }, (_, index) => life[Math.floor(((index + 1) / 8) * life.length) - 1]);
  const text = sampled.flatMap((bytes) => (bytes === undefined ? [] : mebibytes(bytes))).join(', ');
  process.stdout.write(`open for ${2 * life.length} s, resident ${text} MiB\n`);
}
