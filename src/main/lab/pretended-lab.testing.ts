// A lab in a temporary home whose workers pretend: for tests alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationFromPreset, type RunConfigurationInput } from '../../shared/config/index.ts';
import type { Behaviour } from '../compute/fake-worker.testing.ts';
import { nodeWorkers } from '../compute/index.ts';
import type { Lab, LabEvent, LabOptions } from './index.ts';
import { openLab } from './index.ts';

export const fakeWorker = join(import.meta.dirname, '..', 'compute', 'fake-worker.testing.ts');

export function temporaryHome(): { home: string; remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'simbal-lab-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export interface PretendedOptions extends Partial<LabOptions> {
  behaviour?: Behaviour;
  /** Milliseconds. */
  stepTime?: number;
}

export function openPretended(home: string, { behaviour = 'good', stepTime = 0, ...options }: PretendedOptions = {}) {
  const events: LabEvent[] = [];
  const waiting = new Set<(event: LabEvent) => void>();
  const lab = openLab({
    home,
    launch: nodeWorkers(fakeWorker, [behaviour, String(stepTime)]),
    ...options,
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
      for (const see of [...waiting]) see(event);
    },
  });
  /** Resolves at the next event that is such, before its worker, which waits for the lab after each step and part, goes on. */
  const next = (isSuch: (event: LabEvent) => boolean) =>
    new Promise<void>((resolve) => {
      waiting.add(function see(event) {
        if (!isSuch(event)) return;
        waiting.delete(see);
        resolve();
      });
    });
  return { lab, events, next };
}

export async function addText(lab: Lab): Promise<string> {
  const { corpus } = await lab.addCorpus({ name: 'text', sources: [{ path: '/text' }], tokenizer: 'bytes' });
  return corpus.description.hash;
}

/** A run of `steps` steps in an experiment of its own, or in the one given. */
export function newRun(lab: Lab, steps: number, more: Partial<RunConfigurationInput> & { experiment?: string } = {}) {
  const {
    experiment = lab.createExperiment({ name: 'experiment' }).id,
    name = 'run',
    objective = [],
    seeds = {},
  } = more;
  const training = { steps, warmupSteps: 1 };
  const model = { routerInit: 'orthogonal' } as const;
  const configuration = configurationFromPreset('nano', { corpus: 'text', name, objective, seeds, training, model });
  return lab.createRun({ experiment, configuration });
}
