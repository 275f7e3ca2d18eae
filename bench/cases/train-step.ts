import { alternate, lab, pytorch, type Timing } from '../sides/processes.ts';
import { describe, shapes } from '../sides/shape.ts';

export const description = 'a whole training step against PyTorch eager and torch.compile, time and peak memory';

const rounds = 3;
const steps = { '3M': 20, '16M': 8, '60M': 4 };

/** Arguments: any of 3M, 16M, 60M (default all), and --compile for torch.compile as well. */
export async function run(args: readonly string[]): Promise<void> {
  const names = (Object.keys(shapes) as (keyof typeof shapes)[]).filter(
    (name) => args.includes(name) || !args.some((arg) => arg in shapes),
  );
  for (const name of names) {
    process.stdout.write(`${describe(shapes[name])}\n`);
    for (const threads of [1, 2]) {
      const common = ['--threads', `${threads}`, '--steps', `${steps[name]}`, '--warmup', '3', '--objective', 'simbal'];
      const sizes = Object.entries(shapes[name]).flatMap(([option, value]) => [`--${option}`, `${value}`]);
      const sides = [lab('--shape', name, ...common), pytorch(...sizes, ...common)];
      if (args.includes('--compile')) sides.push(pytorch(...sizes, ...common, '--compile'));
      const [ours, eager, compiled] = alternate(sides, rounds);
      const title = `${name}, ${threads} thread${threads > 1 ? 's' : ''}`;
      line(`${title}, PyTorch eager`, ours!, eager!);
      if (args.includes('--compile')) line(`${title}, torch.compile`, ours!, compiled!);
    }
  }
}

const milliseconds = (timing: Timing) => `${(timing.secondsPerStep * 1000).toFixed(0)} ms`;
const mebibytes = (timing: Timing) => `${(timing.peakBytes / 1024 ** 2).toFixed(0)} MiB`;

function line(title: string, ours: Timing | null, theirs: Timing | null): void {
  if (!ours || !theirs) process.stdout.write(`  ${title}: not measured\n`);
  else {
    const ratio = theirs.secondsPerStep / ours.secondsPerStep;
    const memory = ours.peakBytes / theirs.peakBytes;
    process.stdout.write(
      `  ${title}: lab ${milliseconds(ours)}, PyTorch ${milliseconds(theirs)}, ratio ${ratio.toFixed(2)}; ` +
        `peak ${mebibytes(ours)} against ${mebibytes(theirs)}, ratio ${memory.toFixed(2)}\n`,
    );
  }
}
