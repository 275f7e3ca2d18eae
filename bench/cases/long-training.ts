import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openControlledLab } from '../../e2e/faults/control-watch.ts';
import { exampleConfiguration, makeHome, temporaryFolder } from '../../e2e/faults/example-home.ts';

export const description = 'one small run that trains for minutes: memory of its worker and of the lab';

/** More than are trained in the time. */
const steps = 10_000_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Arguments: --minutes 5. An evaluation every 10 steps and a checkpoint every 5: hours of a real run's. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { minutes: { type: 'string', default: '5' } } });
  const { folder, remove } = temporaryFolder();
  const home = join(folder, 'home');
  await makeHome(home);
  const lab = openControlledLab(home);
  try {
    const { api } = lab.client;
    await api.settings.set({ retention: { newest: 2, every: 0 } });
    const experiment = (await api.experiments.list({}))[0]!.id;
    const { objective, ...configuration } = exampleConfiguration('long', steps);
    const [made] = await api.runs.create({
      ...{ experiment, objectives: [objective], seeds: [0], start: true },
      configuration: { ...configuration, objective },
    });
    const { id } = made!;
    const resident: number[] = [];
    const until = performance.now() + Number(values.minutes) * 60_000;
    while (performance.now() < until) {
      await delay(2000);
      lab.forget(id);
      const worker = [...lab.workers.keys()].at(-1);
      if (worker !== undefined) resident.push(residentBytes(worker));
    }
    const { step, status } = await api.runs.get({ run: id });
    say(`${step} steps in ${values.minutes} minutes, ${step / 5} checkpoints, ${step / 10} evaluations (${status})`);
    say(`worker: ${eighths(resident)}`);
    say(`lab:    ${eighths(lab.memory)}`);
  } finally {
    for (const fault of await lab.close()) say(fault);
    remove();
  }
}

const residentBytes = (process: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(process)], { encoding: 'utf8' })) * 1024;

/** The median of each eighth of the time. */
function eighths(values: readonly number[]): string {
  const medians = Array.from({ length: 8 }, (_, index) => {
    const some = values.slice((index / 8) * values.length, ((index + 1) / 8) * values.length);
    return some.toSorted((a, b) => a - b)[Math.floor(some.length / 2)] ?? Number.NaN;
  });
  return `${medians.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(', ')} MiB, one an eighth of the time`;
}
