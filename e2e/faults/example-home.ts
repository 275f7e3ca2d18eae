// A home with a small corpus and small runs to be killed: steps of a millisecond or two, checkpoints and evaluations often.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, openLab } from '../../src/main/lab/index.ts';
import { configurationFromPreset } from '../../src/shared/config/index.ts';

/** By its own name, not that of a link to it: so the system tells of what lies in it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'simbal-faults-')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The data of an epoch end after 60 steps or so: longer runs wrap. */
export const exampleConfiguration = (name: string, steps: number) =>
  configurationFromPreset('nano', {
    corpus: 'text',
    name,
    objective: [{ kind: 'simbal' }, { kind: 'loss-free-bias' }],
    model: { width: 16, layers: 1, heads: 2, context: 16, experts: 4, active: 2, expertWidth: 16 },
    training: { steps, batch: 2, warmupSteps: 2, checkpointEvery: 5 },
    evaluation: { every: 10, denseUntil: 0, tokens: 64, similarityTokens: 16 },
    engine: { kind: 'onnx-cpu', threads: 1 },
  });

export async function addText(lab: Lab, folder: string): Promise<void> {
  const path = join(folder, 'source');
  mkdirSync(path, { recursive: true });
  for (let file = 0; file < 10; file++) {
    writeFileSync(join(path, `${file}.txt`), `Text number ${file}, of some length. `.repeat(8));
  }
  await lab.addCorpus({ name: 'text', sources: [{ path }], tokenizer: 'bytes', validationShare: 0.3 });
}

/** A lab in `home` whose corpus is there, closed again. */
export async function makeHome(home: string): Promise<void> {
  const lab = openLab({ home });
  try {
    await addText(lab, home);
    lab.createExperiment({ name: 'faults' });
  } finally {
    await lab.close();
  }
}

/** A new run in it. */
export async function makeRun(home: string, name: string, steps: number): Promise<string> {
  const lab = openLab({ home });
  try {
    const experiment = lab.store.experiments.list()[0]!.id;
    return lab.createRun({ experiment, configuration: exampleConfiguration(name, steps) }).id;
  } finally {
    await lab.close();
  }
}
