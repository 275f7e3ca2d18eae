// Studies and pruning whose worker, lab or both are killed again and again: what was told is kept, and continued to its end each
// gives what it gives undisturbed.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openLab } from '../../src/main/lab/index.ts';
import type { ReadOnlyStore } from '../../src/main/store/index.ts';
import type { StudyPart, StudyRequestInput } from '../../src/shared/studies/study.ts';
import { listCheckpoints, openCheckpoint } from '../../src/worker/checkpoint/checkpoint-folder.ts';
import { makeHome, makeRun, temporaryFolder } from './example-home.ts';
import { generator } from './kill-points.ts';
import { startLab, startProgram } from './started-lab.ts';

/** Milliseconds until workers that outlive their lab are taken for such that never end. */
const patience = 60_000;

export interface StudyKillsOptions {
  /** At least so many. */
  kills: number;
  seed: number;
  onKill?: (text: string) => void;
}

export interface StudyKillsResult {
  /** By what was killed and how. */
  kills: Record<string, number>;
  /** Studies that came to their end, each equal to the undisturbed one. */
  studies: number;
  /** Parts that were told, each found again. */
  parts: number;
}

interface Asked {
  kind: string;
  run: string;
  tokens: number;
}

const steps = [5, 10, 15, 20, 25, 30];
/** Each again and again, told apart by its sample, so that none is answered by one before. */
const requests: ((run: string, tokens: number) => StudyRequestInput & Asked)[] = [
  (run, tokens) => ({ kind: 'geometry', run, steps, tokens }),
  (run, tokens) => ({ kind: 'routing', run, steps, tokens }),
  (run, tokens) => ({
    ...{ kind: 'pruning', run, step: 30, tokens, export: true, throughput: { batches: [] } },
    calibration: { tokens: 64 },
    settings: [
      { method: 'drop-top', experts: 1 },
      ...[0.25, 0.5].map((ratio) => ({ method: 'remove' as const, criterion: 'reap' as const, ratio })),
      { method: 'merge', similarity: 'router-similarity', ratio: 0.5 },
    ],
  }),
];

/** @throws Error at the first thing that does not hold */
export async function killStudies({ kills, seed, onKill = () => {} }: StudyKillsOptions): Promise<StudyKillsResult> {
  const random = generator(seed);
  const { folder, remove } = temporaryFolder();
  const home = join(folder, 'home');
  const result: StudyKillsResult = { kills: {}, studies: 0, parts: 0 };
  const killed = () => Object.values(result.kills).reduce((sum, count) => sum + count, 0);
  try {
    await makeHome(home);
    // The second is the same run: its studies are the undisturbed ones.
    const [disturbed, straight] = [await makeRun(home, 'a', 30), await makeRun(home, 'b', 30)];
    for (const run of [disturbed, straight]) await startLab({ home, run }).ended;
    for (let number = 0; killed() < kills; number++) {
      const ask = requests[number % requests.length]!;
      const tokens = 16 * (4 + Math.floor(number / requests.length));
      await startProgram({ home, program: 'study-process.ts', args: [JSON.stringify(ask(straight, tokens))] }).ended;
      const expected = await examine(home, ask(straight, tokens));
      for (let ended = false; !ended; ) {
        // After the last kill the study comes to its end undisturbed, however slow the machine.
        const how = killed() >= kills ? 'undisturbed' : random() < 0.5 ? 'forced' : 'random';
        const victim = how === 'forced' ? 'lab' : (['worker', 'lab', 'both'] as const)[Math.floor(random() * 3)]!;
        const when = random() < 0.5 ? 'before' : 'after';
        const nth = 1 + Math.floor(random() * 14);
        const lab = startProgram({
          ...{ home, program: 'study-process.ts', args: [JSON.stringify(ask(disturbed, tokens))] },
          ...(how === 'forced' && { kill: { role: 'lab', call: 'commit', when, nth } }),
        });
        if (how === 'random') {
          const early = victim === 'lab' && random() < 0.3;
          if (!early)
            await lab.until(() => lab.said.some(({ type }) => type === 'study-progress' || type === 'study-part'));
          await Promise.race([delay(random() * (early ? 1500 : 250)), lab.ended]);
          const alive = lab.child.exitCode === null && lab.child.signalCode === null;
          if (alive && victim !== 'worker') lab.killLab();
          if (alive && victim !== 'lab') lab.killWorker();
          if (alive) result.kills[`${victim}, random`] = (result.kills[`${victim}, random`] ?? 0) + 1;
        }
        await lab.ended;
        if (how === 'forced' && lab.killed()) result.kills['lab, forced'] = (result.kills['lab, forced'] ?? 0) + 1;
        const orphan = await lab.workersGone(patience);
        const found = await examine(home, ask(disturbed, tokens));
        const at = `kill ${killed()} (${how === 'forced' ? `lab, ${when} commit ${nth}` : how === 'random' ? victim : how})`;
        onKill(`${at}: ${ask(disturbed, tokens).kind} is ${found.status} with ${found.parts.length} parts`);
        const told = lab.said.flatMap((one) => (one.type === 'study-part' ? [one.part.key] : []));
        const faults = [
          ...found.faults,
          ...(orphan === null ? [`a worker outlived its lab by ${patience} ms`] : []),
          ...told
            .filter((key) => !found.parts.some((part) => part.key === key))
            .map((key) => `the part ${key} is gone`),
          ...found.parts.flatMap((part) => {
            const other = expected.parts.find(({ key }) => key === part.key);
            return other && textOf(other) === textOf(part)
              ? []
              : [`the part ${part.key} is not what it is undisturbed`];
          }),
        ];
        ended = found.status === 'completed';
        if (ended && found.parts.length !== expected.parts.length) faults.push('parts are missing at the end');
        if (faults.length > 0) throw new Error([`Seed ${seed}, ${at}:`, ...faults, lab.errors()].join('\n'));
        result.parts += told.length;
      }
      result.studies += 1;
    }
    return result;
  } finally {
    remove();
  }
}

interface Found {
  /** Null where the lab was killed before it was asked. */
  status: string | null;
  parts: StudyPart[];
  faults: string[];
}

/** The study of a request, as the next lab finds it, with the models that it wrote. */
async function examine(home: string, { kind, run, tokens }: Asked): Promise<Found> {
  const lab = openLab({ home });
  try {
    const all = lab.store.studies.list({ runs: [run] });
    const study = all.find(({ request }) => request.kind === kind && (request as Asked).tokens === tokens);
    if (!study) return { status: null, parts: [], faults: [] };
    const allowed = ['queued', 'stopped', 'failed', 'completed'];
    const faults = allowed.includes(study.status) ? [] : [`the study is ${study.status}`];
    if (study.status === 'failed' && !/^Its worker was killed/.test(study.message ?? ''))
      faults.push(`it failed: ${study.message}`);
    const parts = lab.store.studies.parts(study.id);
    return { status: study.status, parts, faults: [...faults, ...(await exported(lab.store, study.id, parts))] };
  } finally {
    await lab.close();
  }
}

/** Every model that a part names is whole, and so is every other one under a complete name. */
async function exported(store: ReadOnlyStore, study: string, parts: readonly StudyPart[]): Promise<string[]> {
  const root = join(store.paths.exports, study);
  const folders = existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [];
  const complete = (await Promise.all(folders.map(listCheckpoints))).flat().map(({ folder }) => folder);
  const named = parts.flatMap(({ result }) =>
    'exported' in (result as object) && (result as { exported: string | null }).exported !== null
      ? [(result as { exported: string }).exported]
      : [],
  );
  const faults: string[] = [];
  for (const folder of new Set([...complete, ...named])) {
    try {
      await (await openCheckpoint(folder)).close();
    } catch (thrown) {
      faults.push(`the model ${folder} is not whole: ${(thrown as Error).message}`);
    }
  }
  return faults;
}

/** Without what a clock said and where it lies. */
const textOf = ({ result }: StudyPart): string =>
  JSON.stringify(result, (key, value) => (key === 'seconds' || key === 'exported' ? undefined : value));
