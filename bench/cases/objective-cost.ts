import { alternate, lab } from '../sides/processes.ts';
import { describe, shapes } from '../sides/shape.ts';

export const description = 'what SimBal and LBL add to a step over no balancing';

const rounds = 5;

export async function run(): Promise<void> {
  process.stdout.write(`${describe(shapes['16M'])}, 2 threads\n`);
  const objectives = ['none', 'simbal', 'lbl-sequence'];
  // At learning rate 0 the parameters, and with them the routing, stay equal: what differs is the objective's own work.
  const common = ['--threads', '2', '--steps', '12', '--learning-rate', '0'];
  const sides = objectives.map((objective) => lab('--objective', objective, ...common));
  const [none, ...others] = alternate(sides, rounds);
  others.forEach((timing, index) => {
    const ratio = timing!.secondsPerStep / none!.secondsPerStep;
    process.stdout.write(
      `  ${objectives[index + 1]}: ${(timing!.secondsPerStep * 1000).toFixed(1)} ms, none ${(none!.secondsPerStep * 1000).toFixed(1)} ms, ` +
        `ratio ${ratio.toFixed(4)}\n`,
    );
  });
}
