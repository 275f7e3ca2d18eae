// The one table of what a page may ask of the lab, and what it is told. Every input is parsed where it arrives; answers are
// plain data, typed arrays among them. How the messages travel is rpc.ts's business.
import { z } from 'zod';
import type { CommandId } from './commands.ts';
import { type Comparison, curveNames } from './comparison.ts';
import type { RunEstimate } from './config/estimate.ts';
import { type EngineKind, engineKinds, objectiveTermSchema, type RunConfigurationInput } from './config/schema.ts';
import type { Leg } from './course.ts';
import {
  type BundleImport,
  type BundlePreview,
  curveChoiceSchema,
  type ImportedCurve,
  type ImportedPoints,
  type Recording,
} from './imports.ts';
import type { ExportReport, InspectorEvent, RecentInspection, TensorStatistics } from './inspection.ts';
import type { LabEvent } from './lab-events.ts';
import type {
  AddedCorpus,
  CheckpointRow,
  CorpusRow,
  EvaluationRow,
  EventRow,
  ExperimentRow,
  Removable,
  RunLosses,
  RunRow,
  SegmentRow,
} from './records.ts';
import { checkpointChoices, type ReportRow, reportFormats, reportRequestSchema, type WrittenReport } from './report.ts';
import { type Retention, retentionSchema } from './retention.ts';
import { type StudyEstimate, type StudyPart, type StudyRow, studyRequestSchema } from './studies/study.ts';
import type { EngineReport } from './worker-messages.ts';

export type * from './comparison.ts';
export type * from './imports.ts';
export type * from './inspection.ts';
export type { LabEvent } from './lab-events.ts';
export type * from './records.ts';
export type * from './report.ts';
export type { Retention } from './retention.ts';
export type * from './studies/study.ts';

// ---------------------------------------------------------------------------------------------------- what is answered

/** Where the page is shown, and on what. */
export interface About {
  version: string;
  /** 'window' has menus, file dialogs and notifications; 'browser' has what a browser has. */
  door: 'window' | 'browser';
  platform: string;
  /** Folder that holds everything. */
  home: string;
  /** That the lab is served at on its own machine, wherever a tunnel brings it; absent in a window. */
  port?: number;
  cores: number;
  /** Bytes of main memory. */
  memory: number;
}

/** How busy the lab's machine is now. */
export interface MachineLoad {
  /** Share of all processor cores, 0 to 1, since it was asked last; null where nothing is known yet. */
  cpu: number | null;
  /** Bytes of main memory that a program could have. */
  freeMemory: number;
}

/** A run with what a list shows of it. */
export interface RunSummary extends RunRow {
  /** What forks changed on the way to its configuration; empty where nothing was. */
  course: Leg[];
  /** Steps done, of configuration.training.steps; a fork begins at its parent's. */
  step: number;
  /** Tokens trained on, and seconds of training; pauses and evaluations not counted. */
  tokens: number;
  seconds: number;
  /** Training tokens a second at the newest step; null before the first. */
  tokensPerSecond: number | null;
  /** Cross-entropy of the newest step; null before the first. */
  loss: number | null;
  /** The newest evaluation; null before the first. */
  evaluation: { step: number; tokens: number; seconds: number; loss: number; perplexity: number } | null;
  /** Step of the newest checkpoint of its own; null without one. */
  checkpoint: number | null;
  /** It is paused because whoever carried it out went away without a word, not because anybody asked for it. */
  interrupted: boolean;
  /** What it waits for before it goes on by itself (room on the disk, a lock), in words; null where it waits for nothing. */
  waiting: string | null;
  /** The training cross-entropy over all steps, in at most some hundred points that keep every extreme of their stretch. */
  sparkline: { steps: Float64Array; values: Float64Array };
}

/**
 * One metric of one run in ascending steps, with its other x-axes beside it: the same length, NaN where not known. Every
 * point; or, where `width` is more than 1, of each stretch of `width` steps the first, smallest, largest, last and first
 * non-finite point.
 */
export interface MetricSeries {
  run: string;
  metric: string;
  width: number;
  steps: Float64Array;
  tokens: Float64Array;
  seconds: Float64Array;
  values: Float64Array;
}

export interface Settings {
  /** Runs carried out at once. */
  concurrency: number;
  /** Engine of a new run; auto takes the default of this machine. */
  engine: EngineKind;
  /** Which checkpoints of a run stay, seen to after each that it writes. */
  retention: Retention;
}

/** What an undo brings back. */
export interface Removed {
  experiments: string[];
  runs: string[];
}

/** What is told to every page that watches. */
export type ApiEvent =
  | LabEvent
  | { type: 'settings'; settings: Settings }
  /** A menu's command, to be carried out by the page. */
  | { type: 'command'; command: CommandId }
  /** A menu's entry was chosen: the page shows this experiment. */
  | { type: 'open-experiment'; experiment: string };

// ------------------------------------------------------------------------------------------------------- what is asked

const id = z.string().min(1).max(64);
const name = z.string().min(1).max(10_000);
const ids = z.array(id).min(1).max(1000);
const step = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const note = z.string().max(100_000);
const tags = z.array(z.string().min(1).max(200)).max(100);
const path = z.string().min(1).max(4096);
const paths = z.array(path).min(1).max(1000);
/** Checked in full, with its reasons, by the lab. */
const configuration = z.custom<RunConfigurationInput>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
);
const objective = z.array(objectiveTermSchema).max(16);
const nothing = z.strictObject({});
/** Steps or stretches of one answer, all curves together: some hundred megabytes at the very most. */
const mostStretches = 500_000;
/** Points of imported curves, each two numbers. */
const mostPoints = 4_000_000;
const fits = (curves: number, resolution: number) => curves * resolution <= mostStretches;
const tooMany = {
  path: ['resolution'],
  message: `all curves together may have ${mostStretches} steps; ask for fewer curves at once, or for fewer steps`,
};

const tokenizer = z.enum(['bytes', 'gpt2', 'cl100k_base']);
const corpusSource = z.strictObject({
  path,
  textField: z.string().max(200).optional(),
  domainBy: z.enum(['folder', 'extension', 'field', 'none']).optional(),
  domainField: z.string().max(200).optional(),
  domain: z.string().max(200).optional(),
  preset: z.literal('dependency-text').optional(),
});

export interface Call<Input extends z.ZodType = z.ZodType, Output = unknown> {
  input: Input;
  /** Of the type alone; never set. */
  output?: Output;
}

const call =
  <Output>() =>
  <Input extends z.ZodType>(input: Input): Call<Input, Output> => ({ input });

export const calls = {
  about: {
    get: call<About>()(nothing),
    /** Asked every few seconds while somebody looks. */
    load: call<MachineLoad>()(nothing),
  },
  experiments: {
    /** In the order of creation. */
    list: call<ExperimentRow[]>()(nothing),
    create: call<ExperimentRow>()(z.strictObject({ name, note: note.optional() })),
    rename: call<ExperimentRow>()(z.strictObject({ experiment: id, name })),
    /** What is left out stays. */
    annotate: call<ExperimentRow>()(z.strictObject({ experiment: id, note: note.optional(), tags: tags.optional() })),
    /** With its runs; refused while one of them is being carried out. */
    remove: call<Removed>()(z.strictObject({ experiment: id })),
  },
  runs: {
    list: call<RunSummary[]>()(z.strictObject({ experiment: id.optional() })),
    get: call<RunSummary>()(z.strictObject({ run: id })),
    /** What it was started from, and again after each pause or crash. */
    segments: call<SegmentRow[]>()(z.strictObject({ run: id })),
    /**
     * A run for each objective and seed, all of them or none. The configuration's own name, objective and seeds do not
     * count; a seed is that of the parameters and of the data. Without `routerInit` the router's initialisation is the
     * one that the paper pairs with the objective.
     */
    create: call<RunSummary[]>()(
      z.strictObject({
        experiment: id,
        configuration,
        objectives: z.array(objective).min(1).max(64),
        seeds: z.array(z.int().min(0).max(Number.MAX_SAFE_INTEGER)).min(1).max(64),
        /** Keeps the configuration's model.routerInit for every objective. */
        keepRouterInit: z.boolean().optional(),
        start: z.boolean().optional(),
      }),
    ),
    /** Queues runs that are new, paused, stopped or failed; they go on from their newest checkpoints. */
    start: call<RunSummary[]>()(z.strictObject({ runs: ids })),
    pause: call<RunSummary[]>()(z.strictObject({ runs: ids })),
    /** For good; asked again it ends them at once. */
    stop: call<RunSummary[]>()(z.strictObject({ runs: ids })),
    /** Puts a waiting run before another waiting one, or at the end. */
    reorder: call<RunSummary>()(z.strictObject({ run: id, before: id.nullable() })),
    /** A new run that begins at a checkpoint of this one; the newest when no step is given. */
    fork: call<RunSummary>()(
      z.strictObject({
        run: id,
        step: step.optional(),
        configuration: configuration.optional(),
        name: name.optional(),
        experiment: id.optional(),
        start: z.boolean().optional(),
      }),
    ),
    /** A new run that trains this one on, to so many steps in all. */
    continueTo: call<RunSummary>()(
      z.strictObject({ run: id, steps: z.int().min(1).max(1e9), start: z.boolean().optional() }),
    ),
    /** A new run of the same configuration, from the start. */
    again: call<RunSummary>()(z.strictObject({ run: id, start: z.boolean().optional() })),
    rename: call<RunSummary>()(z.strictObject({ run: id, name })),
    annotate: call<RunSummary>()(z.strictObject({ run: id, note: note.optional(), tags: tags.optional() })),
    /** Refused for one that is being carried out; one that waits leaves the queue. */
    remove: call<Removed>()(z.strictObject({ runs: ids })),
  },
  /** Brings back what was removed. */
  undo: {
    restore: call<null>()(z.strictObject({ experiments: z.array(id).max(1000), runs: z.array(id).max(1000) })),
  },
  metrics: {
    names: call<string[]>()(z.strictObject({ run: id })),
    /** One for each run and metric, runs outside. `resolution` is the most steps or stretches of one. */
    series: call<MetricSeries[]>()(
      z
        .strictObject({
          runs: ids.max(100),
          metrics: z.array(z.string().min(1).max(200)).min(1).max(32),
          from: step.optional(),
          to: step.optional(),
          resolution: z.int().min(1).max(100_000),
        })
        .refine(({ runs, metrics, resolution }) => fits(runs.length * metrics.length, resolution), tooMany),
    ),
  },
  evaluations: {
    /** In ascending steps; of those after a step where one is given. */
    list: call<EvaluationRow[]>()(z.strictObject({ run: id, after: step.optional() })),
    /** In ascending steps, of many runs at once: all that a list of them says of how good they are. */
    losses: call<RunLosses[]>()(z.strictObject({ runs: ids })),
  },
  checkpoints: {
    /** In ascending steps; with `inherited` also those below its fork, of the runs that it comes from. */
    list: call<CheckpointRow[]>()(z.strictObject({ run: id, inherited: z.boolean().optional() })),
    /** What a purge would free: checkpoints of removed runs that no other run begins at. */
    removable: call<Removable>()(nothing),
    /** Frees it, for good: a run that is restored after that begins at its start. */
    purge: call<Removable>()(nothing),
  },
  events: {
    /** What happened to a run, in words: the oldest first. */
    list: call<EventRow[]>()(z.strictObject({ run: id })),
    /** Those of these runs that are alerts: see alerts.ts. */
    alerts: call<EventRow[]>()(z.strictObject({ runs: ids.max(100) })),
  },
  comparison: {
    /** Evaluations come without `similarity.pairs`, which are left empty: see evaluations.list. */
    get: call<Comparison>()(
      z
        .strictObject({
          runs: ids.max(100),
          resolution: z.int().min(1).max(10_000).optional(),
          /** Those of `speedUps` between every two runs; there when left out. */
          speedUpCurves: z.boolean().optional(),
        })
        .refine(({ runs, resolution = 1 }) => fits(runs.length * curveNames.length, resolution), tooMany),
    ),
  },
  estimate: {
    /** What a run would cost. @throws LabError 'configuration' or 'corpus' */
    get: call<RunEstimate>()(z.strictObject({ configuration })),
  },
  corpora: {
    list: call<CorpusRow[]>()(nothing),
    /** Told about by 'corpus-progress' under this name; cancelled by its signal, it leaves nothing behind. */
    add: call<AddedCorpus>()(
      z.strictObject({
        name,
        sources: z.array(corpusSource).min(1).max(1000),
        tokenizer,
        validationShare: z.number().gt(0).lt(1).optional(),
      }),
    ),
    /** The text that every installation has, out of its own dependencies: a corpus to begin with. */
    addDependencyText: call<AddedCorpus>()(z.strictObject({ tokenizer })),
  },
  engines: {
    /** What the newest probe found; null before the first. */
    list: call<EngineReport[] | null>()(nothing),
    /** Tries every engine; measured, also how fast it trains. */
    probe: call<EngineReport[]>()(z.strictObject({ measure: z.boolean() })),
    /**
     * Fetches, compiles and tries TensorFlow; told about by 'tensorflow-progress'. Cancelled by its signal, it leaves nothing.
     * @returns what was done, in plain words
     * @throws LabError 'engine' with what is missing, 'request' while another one is under way
     */
    setUpTensorflow: call<string>()(z.strictObject({ gpu: z.boolean() })),
    removeTensorflow: call<string>()(nothing),
  },
  /** Measurements of checkpoints that are asked for, queued with the runs, and kept. */
  studies: {
    /** The newest first; of these runs, where given. */
    list: call<StudyRow[]>()(z.strictObject({ runs: z.array(id).max(1000).optional() })),
    parts: call<StudyPart[]>()(z.strictObject({ study: id })),
    /** @throws LabError 'request' for a request that the run or its checkpoints cannot answer */
    estimate: call<StudyEstimate>()(z.strictObject({ request: studyRequestSchema })),
    /** Queues it; one that was asked before is given back as it is, complete or on its way, or goes on. */
    start: call<StudyRow>()(z.strictObject({ request: studyRequestSchema })),
    /** What is done is kept; started again it goes on. */
    stop: call<StudyRow>()(z.strictObject({ study: id })),
    remove: call<null>()(z.strictObject({ study: id })),
  },
  /** Checkpoints of any origin and stores of other labs, looked into; and models on their way from and to transformers. */
  inspections: {
    /** One model, two to compare, or the store of a lab. What it tells is asked for by `next`, with the id that this gives. */
    open: call<string>()(z.strictObject({ paths })),
    /**
     * Waits for what is new. Given up, it closes the inspection.
     * @throws LabError of the file, after all that was told before
     */
    next: call<{ events: InspectorEvent[]; ended: boolean }>()(z.strictObject({ inspection: id })),
    close: call<null>()(z.strictObject({ inspection: id })),
    /** Statistics and histogram of one tensor of one model. */
    tensor: call<TensorStatistics>()(z.strictObject({ paths, name: z.string().max(10_000) })),
    /**
     * The next piece of a file, from a page that knows no paths; files of one batch lie beside each other.
     * @returns its path, until nobody has asked for it in a while, or the lab closes
     */
    upload: call<string>()(
      z.strictObject({
        batch: z.string().regex(/^[0-9a-f-]{1,64}$/),
        name: z.string().max(255),
        data: z.instanceof(Uint8Array),
      }),
    ),
    /** The newest first. */
    recent: call<RecentInspection[]>()(nothing),
    /** Of a run's checkpoint, the newest when no step is given, to a folder that is made. */
    exportModel: call<ExportReport>()(z.strictObject({ run: id, step: step.optional(), folder: path })),
    /** A run that is paused at step 0. */
    importModel: call<{ run: RunSummary; notes: string[] }>()(
      z.strictObject({
        paths,
        name,
        corpus: name,
        experiment: id.optional(),
        context: z.int().min(2).max(1_000_000).optional(),
      }),
    ),
  },
  /** Bundles of other labs, and curves of other programs that are drawn beside runs. */
  imports: {
    /** What lies at a path. @throws LabError 'request' for what is neither bundle nor recording */
    look: call<BundlePreview | Recording>()(z.strictObject({ path })),
    /** All of a bundle or nothing; a second time it is all there. */
    bundle: call<BundleImport>()(z.strictObject({ path })),
    curves: call<ImportedCurve[]>()(z.strictObject({ path, choice: curveChoiceSchema })),
    list: call<ImportedCurve[]>()(nothing),
    /** In the order asked for; about `resolution` points of each, its extremes among them. */
    points: call<ImportedPoints[]>()(
      z
        .strictObject({ curves: ids.max(100), resolution: z.int().min(10).max(100_000).default(1000) })
        .refine(({ curves, resolution }) => curves.length * resolution <= mostPoints, {
          path: ['resolution'],
          message: `all curves together may have ${mostPoints} points; ask for fewer curves at once, or for fewer points`,
        }),
    ),
    rename: call<ImportedCurve>()(z.strictObject({ curve: id, name: name.max(200) })),
    remove: call<null>()(z.strictObject({ curve: id })),
  },
  settings: {
    get: call<Settings>()(nothing),
    /** What is left out stays. */
    set: call<Settings>()(
      z.strictObject({
        concurrency: z.int().min(1).max(64).optional(),
        engine: z.enum(engineKinds).optional(),
        retention: retentionSchema.optional(),
      }),
    ),
  },
  reports: {
    /** One HTML page that stands alone. */
    page: call<string>()(z.strictObject({ runs: ids.max(100) })),
    /** The same as it was asked for. */
    preview: call<string>()(z.strictObject({ request: reportRequestSchema })),
    /**
     * As files, in a folder of its own in the home, or (with `choose`, only in a window) in one that a person picks; null when
     * that was cancelled.
     */
    write: call<WrittenReport | null>()(
      z.strictObject({
        request: reportRequestSchema,
        formats: z.array(z.enum(reportFormats)).min(1).max(reportFormats.length),
        checkpoints: z.enum(checkpointChoices).default('last'),
        choose: z.boolean().default(false),
      }),
    ),
    /** Requests that were kept, to make a report again; the newest first. */
    list: call<ReportRow[]>()(nothing),
    /** A new one, or in the place of one. */
    keep: call<ReportRow>()(z.strictObject({ request: reportRequestSchema, report: id.optional() })),
    remove: call<null>()(z.strictObject({ report: id })),
  },
  /** Files of the machine that the lab runs on, chosen in its own dialogs. Only in a window: see About.door. */
  dialogs: {
    /** Paths that were chosen; none when it was cancelled. */
    open: call<string[]>()(
      z.strictObject({ title: z.string().max(200), kind: z.enum(['files', 'folder']), many: z.boolean() }),
    ),
    /** The path that was written; null when it was cancelled. */
    save: call<string | null>()(
      z.strictObject({
        title: z.string().max(200),
        /** Made safe as a file name. */
        name: z.string().min(1).max(1000),
        extension: z.enum(['html', 'svg', 'png', 'csv', 'json']),
        data: z.union([z.string().max(64 * 2 ** 20), z.instanceof(Uint8Array)]),
      }),
    ),
  },
} as const satisfies Record<string, Record<string, Call>>;

// ------------------------------------------------------------------------------------------------- typed on both sides

export type Calls = typeof calls;
export type GroupName = keyof Calls;
export type CallName<Group extends GroupName> = keyof Calls[Group];

export interface CallOptions {
  /** Gives the call up: its promise rejects, and work that can end early does. */
  signal?: AbortSignal;
}

type InputOf<Of> = Of extends Call<infer Input, unknown> ? z.input<Input> : never;
type ParsedOf<Of> = Of extends Call<infer Input, unknown> ? z.output<Input> : never;
type OutputOf<Of> = Of extends Call<z.ZodType, infer Output> ? Output : never;

/** What a page calls: `api.runs.list({})`. Every call may reject with a LabError. */
export type Api = {
  [Group in GroupName]: {
    [Name in CallName<Group>]: (
      input: InputOf<Calls[Group][Name]>,
      options?: CallOptions,
    ) => Promise<OutputOf<Calls[Group][Name]>>;
  };
};

/** What answers: the same calls with inputs that are parsed, and a signal that tells when nobody waits any more. */
export type ApiHandlers = {
  [Group in GroupName]: {
    [Name in CallName<Group>]: (
      input: ParsedOf<Calls[Group][Name]>,
      signal: AbortSignal,
    ) => OutputOf<Calls[Group][Name]> | Promise<OutputOf<Calls[Group][Name]>>;
  };
};
