import { alternate, lab, type Timing } from '../sides/processes.ts';
import { describe, shapes } from '../sides/shape.ts';

export const description =
  'a whole training step of the TensorFlow engine against the ONNX CPU engine, where it is set up';

const rounds = 3;
const steps = { '3M': 20, '16M': 8, '60M': 4 };

/** Arguments: any of 3M, 16M, 60M (default 16M). */
export async function run(args: readonly string[]): Promise<void> {
  const named = (Object.keys(shapes) as (keyof typeof shapes)[]).filter((name) => args.includes(name));
  for (const name of named.length > 0 ? named : (['16M'] as const)) {
    process.stdout.write(`${describe(shapes[name])}\n`);
    for (const threads of [1, 2]) {
      const side = (engine: string) =>
        lab('--engine', engine, '--shape', name, '--threads', `${threads}`, '--steps', `${steps[name]}`);
      const [onnx, tensorflow] = alternate([side('onnx-cpu'), side('tensorflow')], rounds);
      line(`${name}, ${threads} thread${threads > 1 ? 's' : ''}`, onnx!, tensorflow!);
    }
  }
}

const figures = ({ secondsPerStep, peakBytes }: Timing) =>
  `${(secondsPerStep * 1000).toFixed(0)} ms and ${(peakBytes / 1024 ** 2).toFixed(0)} MiB`;

/** The ratio is of speeds: 1 where both are equally fast. */
function line(title: string, onnx: Timing | null, tensorflow: Timing | null): void {
  if (!onnx || !tensorflow) process.stdout.write(`  ${title}: not measured\n`);
  else {
    const ratio = onnx.secondsPerStep / tensorflow.secondsPerStep;
    process.stdout.write(
      `  ${title}: onnx-cpu ${figures(onnx)}, tensorflow ${figures(tensorflow)}, ratio ${ratio.toFixed(2)}\n`,
    );
  }
}
