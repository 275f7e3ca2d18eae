// The TensorFlow engine as the lab sets it up and takes it away: one at a time, and stopped with the lab.
import { LabError } from '../../shared/errors.ts';
import { runSetUp, type SetUpProgram, setUpProgram } from '../compute/index.ts';
import type { Emit } from './events.ts';

export interface TensorflowSetUp {
  /** @throws LabError 'engine'; 'request' while it is under way already */
  run(args: readonly string[], signal?: AbortSignal): Promise<string>;
  /** Stops what is under way and waits for it. */
  end(): Promise<void>;
}

export function tensorflowSetUp(emit: Emit, program: SetUpProgram | null = setUpProgram()): TensorflowSetUp {
  const closed = new AbortController();
  let underWay: Promise<string> | null = null;
  return {
    async run(args, signal) {
      if (underWay) {
        throw new LabError('request', 'TensorFlow is being set up or removed already.', {
          remedy: 'Wait for it, or cancel it where it was begun.',
        });
      }
      underWay = runSetUp({
        program,
        args,
        onProgress: (progress) => emit({ type: 'tensorflow-progress', ...progress }),
        signal: signal ? AbortSignal.any([signal, closed.signal]) : closed.signal,
      });
      try {
        return await underWay;
      } finally {
        underWay = null;
      }
    },
    async end() {
      closed.abort();
      await underWay?.catch(() => {});
    },
  };
}
