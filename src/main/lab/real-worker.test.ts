// The lab with the real worker: a small model on a small text, through crashes of either process.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { nodeWorkers } from '../compute/index.ts';
import { openStoreReadOnly } from '../store/index.ts';
import { type AddedCorpus, compare, type Lab, type LabEvent, openLab } from './index.ts';
import { temporaryHome } from './pretended-lab.testing.ts';

let place: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(() => place.remove());

const configuration = (name: string, steps: number) =>
  configurationFromPreset('nano', {
    corpus: 'text',
    name,
    objective: [{ kind: 'simbal' }],
    model: { width: 16, layers: 1, heads: 2, context: 16, experts: 4, active: 2, expertWidth: 16 },
    training: { steps, batch: 2, warmupSteps: 2, checkpointEvery: 5 },
    evaluation: { every: 10, denseUntil: 0, tokens: 64, similarityTokens: 16 },
    engine: { kind: 'onnx-cpu', threads: 1 },
  });

async function addText(lab: Lab): Promise<AddedCorpus> {
  const folder = join(place.home, 'source');
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < 40; file += 1) {
    writeFileSync(join(folder, `${file}.txt`), `Text number ${file}, of some length. `.repeat(8));
  }
  const corpus = { name: 'text', sources: [{ path: folder }], tokenizer: 'bytes', validationShare: 0.3 } as const;
  const added = await lab.addCorpus({ ...corpus, sources: [...corpus.sources] });
  rmSync(folder, { recursive: true });
  return added;
}

/** Whole curve of the training loss. */
function losses(lab: Pick<Lab, 'store'>, run: string): number[] {
  const series = lab.store.metrics.series(run, 'crossEntropy');
  return series.kind === 'points' ? series.points.map(({ value }) => value) : [];
}

/** One that has ended lives no more, also where whoever adopted it never asks after it, as the first process of a container may. */
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
};

describe('the lab with its worker', () => {
  it('puts a corpus that was damaged right by adding it again', async () => {
    const lab = openLab({ home: place.home });
    const { corpus, known } = await addText(lab);
    expect(known).toBe(false);
    expect((await addText(lab)).known).toBe(true);
    const folder = join(lab.store.paths.corpora, corpus.description.hash);
    const file = join(folder, 'train.tokens');
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    damaged[100]! ^= 1;
    writeFileSync(file, damaged);
    expect((await addText(lab)).known).toBe(false);
    expect(readFileSync(file).equals(whole)).toBe(true);
    rmSync(join(folder, 'validation.documents'));
    expect((await addText(lab)).known).toBe(false);
    expect(readdirSync(lab.store.paths.corpora)).toEqual([corpus.description.hash]);
    expect((await addText(lab)).known).toBe(true);
    await lab.close();
  });

  it('trains, survives a kill of the worker, and ends with the same numbers as without one', async () => {
    let killing: string | undefined;
    const workers: number[] = [];
    const launch = () => {
      const worker = nodeWorkers()();
      workers.push(worker.pid!);
      return worker;
    };
    // A worker is some events ahead of the lab at most: at one of its first checkpoints it is far from its end.
    const onEvent = (event: LabEvent) => {
      if (event.type !== 'checkpoint' || event.run !== killing || event.checkpoint.step < 20) return;
      killing = undefined;
      process.kill(workers.at(-1)!, 'SIGKILL');
    };
    const lab = openLab({ home: place.home, onEvent, launch });
    try {
      await addText(lab);
      const experiment = lab.createExperiment({ name: 'pair' }).id;
      const [straight, killed] = ['straight', 'killed'].map((name) =>
        lab.createRun({ experiment, configuration: configuration(name, 400) }),
      );
      lab.start(straight!.id);
      expect(await lab.ended(straight!.id)).toMatchObject({ status: 'completed' });
      killing = killed!.id;
      lab.start(killed!.id);
      expect(await lab.ended(killed!.id)).toMatchObject({ status: 'completed' });
      expect(lab.store.segments.list(killed!.id).map(({ outcome }) => outcome)).toEqual(['interrupted', 'completed']);
      expect(losses(lab, killed!.id)).toEqual(losses(lab, straight!.id));
      const { equalStart, runs } = compare(lab.store, [straight!.id, killed!.id]);
      expect(equalStart.equal).toEqual({ initHash: true, initHashWithoutRouters: true, dataHash: true });
      expect(runs[0]!.evaluations.map(({ perplexity }) => perplexity)).toEqual(
        runs[1]!.evaluations.map(({ perplexity }) => perplexity),
      );
    } finally {
      await lab.close();
    }
  });

  it('is killed itself, and finds its run paused at a checkpoint that goes on', async () => {
    let lab = openLab({ home: place.home });
    await addText(lab);
    await lab.close();
    const file = join(place.home, 'run.json');
    writeFileSync(file, JSON.stringify(configuration('long', 1_000_000)));
    const command = [join(import.meta.dirname, 'lab-process.testing.ts'), place.home, file];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [run, worker] = await firstCheckpoint(child);
    child.kill('SIGKILL');
    await expect.poll(() => alive(worker)).toBe(false);

    const before = openStoreReadOnly(place.home);
    expect(before.runs.get(run).status).toBe('running');
    before.close();
    lab = openLab({ home: place.home });
    try {
      expect(lab.recovered).toMatchObject([{ run }]);
      expect(lab.store.runs.get(run).status).toBe('paused');
      const { step } = lab.store.checkpoints.newest(run)!;
      const kept = losses(lab, run);
      lab.start(run);
      await expect.poll(() => lab.store.segments.list(run).at(-1)!.lastStep ?? 0).toBeGreaterThan(step);
      lab.pause(run);
      expect((await lab.ended(run)).status).toBe('paused');
      expect(lab.store.segments.list(run)[1]).toMatchObject({ fromStep: step, outcome: 'paused' });
      const shared = Math.min(kept.length, lab.store.segments.list(run)[1]!.lastStep!);
      expect(losses(lab, run).slice(0, shared)).toEqual(kept.slice(0, shared));
    } finally {
      await lab.close();
    }
  });
});

/** The run and its worker's process, once the run has a checkpoint. */
async function firstCheckpoint(child: ChildProcess): Promise<[run: string, worker: number]> {
  let text = '';
  for await (const piece of child.stdout!) {
    text += piece;
    const events = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    const started = events.find(({ type }) => type === 'started');
    const worker = events.findLast(({ type }) => type === 'worker');
    if (started && events.some(({ type, checkpoint }) => type === 'checkpoint' && checkpoint.step >= 10)) {
      return [started.run, worker.process];
    }
  }
  throw new Error(`It ended before its first checkpoint: ${text}`);
}
