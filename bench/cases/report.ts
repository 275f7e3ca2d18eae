import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPrinter } from '../../src/main/compute/index.ts';
import { writeReport } from '../../src/main/lab/report/index.ts';
import { openStore, openStoreReadOnly, type Store } from '../../src/main/store/index.ts';
import { configurationFromPreset, objectiveLabel, parseObjectiveText } from '../../src/shared/config/index.ts';
import { type ReportFormat, reportFormats, reportRequestSchema } from '../../src/shared/report.ts';
import { InventedRun, inventedCorpus, inventedStart } from '../sides/compare-home.ts';

export const description = 'a report of thirty long runs: seconds and bytes of each format';

const kept = join(import.meta.dirname, '..', '..', 'out', 'bench');
const objectives = ['none', 'lbl-sequence', 'simbal', 'loss-free-bias', 'normalised-gram', 'simbal,lbl-sequence'];
const seeds = [0, 1, 2, 3, 4];
const evaluations = 40;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Arguments: --points 100000 of each run, --keep FOLDER for the files. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { points: { type: 'string', default: '100000' }, keep: { type: 'string' } },
  });
  const home = homeOf(Number(values.points));
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'simbal-bench-'));
  const store = openStoreReadOnly(home);
  try {
    const request = reportRequestSchema.parse({ runs: store.runs.list().map(({ id }) => id) });
    say(`${request.runs.length} runs of ${values.points} points`);
    for (const format of reportFormats) {
      const begun = performance.now();
      const bytes = await written(format, folder, (options) => writeReport(store, request, options));
      say(`${format.padEnd(9)} ${((performance.now() - begun) / 1000).toFixed(1)} s, ${(bytes / 1e6).toFixed(2)} MB`);
    }
  } finally {
    store.close();
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

type Write = (options: Parameters<typeof writeReport>[2]) => ReturnType<typeof writeReport>;

async function written(format: ReportFormat, folder: string, write: Write): Promise<number> {
  const { files } = await write({
    folder,
    formats: [format],
    checkpoints: 'none',
    made: new Date(),
    command: (rest) => `simbal ${rest}`,
    printer: () => openPrinter(),
  });
  return files.reduce((sum, { path }) => sum + statSync(join(folder, path)).size, 0);
}

/** Made once, and kept. */
function homeOf(points: number): string {
  const home = join(kept, `report-${points}`);
  if (existsSync(home)) return home;
  const unfinished = `${home}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const store = openStore(unfinished);
  store.corpora.add(inventedCorpus, []);
  const experiment = store.experiments.create({ name: 'thirty long runs' }).id;
  objectives.forEach((text, index) => {
    for (const seed of seeds) fill(store, { experiment, text, index, seed, points });
    say(`made the runs of ${text}`);
  });
  store.close();
  renameSync(unfinished, home);
  return home;
}

interface Cell {
  experiment: string;
  text: string;
  index: number;
  seed: number;
  points: number;
}

function fill(store: Store, { experiment, text, index, seed, points }: Cell): void {
  const objective = parseObjectiveText(text);
  const configuration = configurationFromPreset('nano', {
    corpus: inventedCorpus.hash,
    name: `${objectiveLabel(objective)}, seed ${seed}`,
    objective,
    seeds: { init: seed, data: seed },
    training: { steps: points },
    evaluation: { every: points / evaluations },
  });
  const { name } = configuration;
  const { id } = store.runs.create({ experiment, name, configuration, corpusHash: inventedCorpus.hash });
  const segment = store.segments.begin(id, { fromStep: 0, start: inventedStart }).id;
  const invented = new InventedRun(configuration, points, index, seed);
  for (let at = 0; at < points; at += 20_000) {
    store.metrics.append(segment, invented.steps(at + 1, Math.min(points, at + 20_000)));
  }
  for (let at = 0; at <= points; at += points / evaluations) store.evaluations.add(segment, invented.evaluation(at));
  store.segments.end(segment, { outcome: 'completed', step: points });
  store.runs.setStatus(id, 'completed');
}
