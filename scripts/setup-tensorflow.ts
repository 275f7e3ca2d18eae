// npm run setup:tensorflow: makes the engine "tensorflow" of this machine; --remove takes it away again.
import { parseArgs } from 'node:util';
import { LabError } from '../src/shared/errors.ts';
import { installationFolder } from '../src/worker/engine/tensorflow/installation.ts';
import { type Source, setUpTensorflow } from './tensorflow/set-up.ts';
import { removeTensorflow } from './tensorflow/staging.ts';

const usage = `Usage: npm run setup:tensorflow -- [OPTION …]

Sets up the engine "tensorflow": the official TensorFlow, through this machine's own pip, and a small binding compiled to it.

  --gpu           TensorFlow with CUDA, for an NVIDIA GPU (Linux, some gigabytes)
  --wheel PATH    a TensorFlow wheel that is already here; with --gpu once more for each of its NVIDIA wheels
  --installed     the TensorFlow that this machine's Python has
  --again         anew, where it is set up already
  --remove        takes it away
  --json          progress as one JSON object a line, {"phase", "message"}; the last has the phase "done" or "failed"
  --with-input    stops when its input ends: for a program that holds it open as long as it lives
`;

function options() {
  try {
    return parseArgs({
      options: {
        gpu: { type: 'boolean', default: false },
        wheel: { type: 'string', multiple: true, default: [] },
        installed: { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
        remove: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'with-input': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (thrown) {
    throw new LabError('request', `${LabError.from(thrown).message.split('. ')[0]}.`, {
      remedy: 'npm run setup:tensorflow -- --help lists the options.',
    });
  }
}

function sourceOf({ wheel, installed }: { wheel: string[]; installed: boolean }): Source {
  if (installed && wheel.length > 0) {
    throw new LabError('request', '--wheel and --installed name two places to take TensorFlow from.', {
      remedy: 'Give one of them.',
    });
  }
  return installed ? { kind: 'installed' } : wheel.length > 0 ? { kind: 'wheels', paths: wheel } : { kind: 'pip' };
}

const json = process.argv.includes('--json');
const report = (phase: string, message: string) =>
  process.stdout.write(json ? `${JSON.stringify({ phase, message })}\n` : `${message}\n`);

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopped.abort());
if (process.argv.includes('--with-input')) endWithInput();

/** A lab that starts this holds its input open, and is gone when that ends: then nobody reads what is said here either. */
function endWithInput(): void {
  const { stdin, stdout } = process;
  stdout.on('error', () => {});
  stdin.on('error', () => {});
  stdin.once('close', () => stopped.abort()).resume();
  (stdin as { unref?(): void }).unref?.();
}

try {
  const { gpu, again, remove, help, ...where } = options();
  const folder = installationFolder();
  if (help) process.stdout.write(usage);
  else if (remove) report('done', removeTensorflow(folder));
  else {
    const wanted = { folder, source: sourceOf(where), gpu, again };
    report('done', await setUpTensorflow(wanted, report, stopped.signal));
  }
} catch (thrown) {
  const { message, remedy } = stopped.signal.aborted
    ? { message: 'Stopped; nothing is left of it.', remedy: undefined }
    : LabError.from(thrown);
  const text = [message, remedy].filter(Boolean).join(' ');
  if (json) report('failed', text);
  else process.stderr.write(`${text}\n`);
  process.exitCode = stopped.signal.aborted ? 130 : 1;
}
