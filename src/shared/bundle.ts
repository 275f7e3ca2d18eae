// A bundle: runs as one zip file that another lab takes in. What its manifest says; the files are written and read elsewhere.
//
//   manifest.json                              this schema, the last entry of the archive
//   report.html                                for people; an import passes it over
//   experiments.json                           ExperimentRow[]
//   corpora/HASH.json                          CorpusDescription without its folder; never the text
//   runs/ID/run.json                           RunRow
//   runs/ID/segments.json                      SegmentRow[], in their order
//   runs/ID/segment-N.csv                      StepMetrics of the segment N, a step a line, in ascending steps; terms as terms.KIND
//   runs/ID/evaluations.json                   EvaluationRow[], superseded ones too
//   runs/ID/events.json                        EventRow[]
//   runs/ID/checkpoints.json                   CheckpointRow[] of the checkpoints that are here; `folder` is the last part of its path
//   runs/ID/checkpoints/step-00000300/FILE     as they lie on the disk
//   studies/ID/study.json                      StudyRow
//   studies/ID/parts.json                      the keys of its parts in their order
//   studies/ID/part-0000.message               the result of each, as shared/wire.ts writes it
//
// JSON here says { "$number": "NaN" } for a number that JSON cannot; a line of CSV says NaN, Infinity and -Infinity.
import { z } from 'zod';
import { LabError } from './errors.ts';

export const bundleFormat = 'simbal-lab-bundle';
export const bundleVersion = 1;
export const manifestPath = 'manifest.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in lower-case hexadecimal');
const id = z.string().regex(/^[0-9A-Za-z]{1,64}$/, 'an id of letters and digits');
/** It names a folder. */
export const corpusHash = z.string().regex(/^[0-9A-Za-z]{1,200}$/, 'a hash of letters and digits');
const whole = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Never absolute, never upwards: each part begins with a letter or a digit. */
const path = z
  .string()
  .max(240)
  .regex(/^[0-9A-Za-z][\w.-]*(\/[0-9A-Za-z][\w.-]*)*$/, 'a path of plain parts inside of the bundle');

export const bundleManifestSchema = z.strictObject({
  format: z.literal(bundleFormat),
  version: z.literal(bundleVersion),
  /** ISO, UTC: the one thing that differs between two bundles of the same runs. */
  made: z.iso.datetime(),
  /** Version of the lab that made it. */
  lab: z.string().max(64),
  title: z.string().max(10_000),
  experiments: z.array(id).max(1000),
  /** Those that were asked for, and those that they were forked from, parents first. */
  runs: z
    .array(
      z.strictObject({
        id,
        asked: z.boolean(),
        experiment: id,
        parent: z.strictObject({ run: id, step: whole }).nullable(),
        corpusHash,
        /** Ids of its segments, each with a file of its own. */
        segments: z.array(whole).max(100_000),
        /** Steps whose checkpoints are here. */
        checkpoints: z.array(whole).max(100_000),
      }),
    )
    .min(1)
    .max(1000),
  studies: z.array(z.strictObject({ id, run: id, parts: whole })).max(10_000),
  corpora: z.array(corpusHash).max(1000),
  /** Every other entry of the archive, in its order. */
  files: z
    .array(z.strictObject({ path, bytes: whole, sha256 }))
    .min(1)
    .max(200_000),
});

export type BundleManifest = z.infer<typeof bundleManifestSchema>;
export type BundleRun = BundleManifest['runs'][number];
export type BundleFile = BundleManifest['files'][number];

/** @throws LabError 'request' for what is no manifest, of a newer format, or names a file twice */
export function parseManifest(value: unknown): BundleManifest {
  const { format, version } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (format === bundleFormat && typeof version === 'number' && version > bundleVersion) {
    throw new LabError('request', `This bundle is of format ${version}; this lab reads format ${bundleVersion}.`, {
      field: 'version',
      value: String(version),
      remedy: 'Open it with a newer version of the lab.',
    });
  }
  const parsed = bundleManifestSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue!.path.map(String).join('.');
    throw new LabError('request', `This is no bundle of the lab: ${where || 'its manifest'}: ${issue!.message}.`, {
      field: where || manifestPath,
      remedy: 'Choose a .zip file that a report of the lab was saved as.',
    });
  }
  const seen = new Set<string>();
  for (const file of parsed.data.files) {
    // Some file systems know no difference between cases.
    const key = file.path.toLowerCase();
    if (!seen.has(key) && key !== manifestPath) {
      seen.add(key);
      continue;
    }
    throw new LabError('request', `The bundle's manifest names the file ${file.path} twice.`, {
      field: 'files',
      value: file.path,
      remedy: 'Make the bundle again.',
    });
  }
  return parsed.data;
}

export const bundlePaths = {
  report: 'report.html',
  experiments: 'experiments.json',
  corpus: (hash: string) => `corpora/${hash}.json`,
  run: (run: string) => `runs/${run}/run.json`,
  segments: (run: string) => `runs/${run}/segments.json`,
  segment: (run: string, segment: number) => `runs/${run}/segment-${segment}.csv`,
  evaluations: (run: string) => `runs/${run}/evaluations.json`,
  events: (run: string) => `runs/${run}/events.json`,
  checkpoints: (run: string) => `runs/${run}/checkpoints.json`,
  checkpointFile: (run: string, step: number, file: string) =>
    `runs/${run}/checkpoints/step-${String(step).padStart(8, '0')}/${file}`,
  study: (study: string) => `studies/${study}/study.json`,
  parts: (study: string) => `studies/${study}/parts.json`,
  part: (study: string, index: number) => `studies/${study}/part-${String(index).padStart(4, '0')}.message`,
} as const;
