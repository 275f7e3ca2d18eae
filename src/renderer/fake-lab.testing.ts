// A lab that exists in the page alone: invented runs that look like real ones, for pictures and for tests of the page.
import type { ApiEvent, ApiHandlers, ComparedRun, ExperimentRow, RunStatus, RunSummary } from '../shared/api.ts';
import { parseObjectiveText } from '../shared/config/objective-text.ts';
import { objectiveColour, objectiveKey, objectiveLabel } from '../shared/config/objectives.ts';
import { configurationFromPreset } from '../shared/config/presets.ts';
import type { RunConfiguration } from '../shared/config/schema.ts';
import { LabError } from '../shared/errors.ts';
import { connect, serveCalls } from '../shared/rpc.ts';
import { inProcess } from '../shared/transports.ts';
import type { CorpusDescription, Evaluation, StepMetrics } from '../shared/worker-messages.ts';
import type { LabConnection } from './lab.ts';

export const scenarios = ['demo', 'empty', 'live', 'failed', 'thousand', 'hostile', 'lost', 'million'] as const;
export type Scenario = (typeof scenarios)[number];

interface FakeRun {
  summary: RunSummary;
  final: number;
  noise: (step: number) => number;
  done: number;
}

const E = 16;
const K = 2;

/** The same for the same seed. */
function random(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const corpus: CorpusDescription = {
  name: 'dependency text',
  hash: 'c0ffee'.padEnd(64, '0'),
  tokenizer: 'bytes',
  vocabulary: 257,
  documents: { train: 3120, validation: 64, duplicates: 12 },
  tokens: { train: 8_123_456, validation: 163_840 },
  bytes: 8_300_000,
  domains: {},
  folder: '/corpora/dependency-text',
};

const finals: Record<string, number> = {
  none: 1.94,
  'lbl-sequence': 1.82,
  simbal: 1.775,
  'simbal+lbl-sequence': 1.781,
  'loss-free-bias': 1.779,
};

export class FakeLab implements LabConnection {
  readonly api: LabConnection['api'];
  readonly #listeners = new Set<(event: ApiEvent) => void>();
  #experiments: ExperimentRow[] = [];
  #runs = new Map<string, FakeRun>();
  #scenario: Scenario;
  #next = 1;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#fill();
    const [server, client] = inProcess();
    serveCalls(server, {
      handlers: this.#handlers(),
      watch: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    });
    this.api = connect(client).api;
  }

  watch(listener: (event: ApiEvent) => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  watchConnection(listener: (connected: boolean) => void) {
    if (this.#scenario === 'lost') setTimeout(() => listener(false), 50);
    return () => {};
  }
  tell(event: ApiEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Trains the runs that run by so many steps. */
  advance(by: number): void {
    for (const run of this.#runs.values()) {
      if (run.summary.status !== 'running') continue;
      const { steps: all } = run.summary.configuration.training;
      const steps = Array.from({ length: Math.min(by, all - run.done) }, (_, index) =>
        this.#metrics(run, run.done + 1 + index),
      );
      run.done += steps.length;
      this.#refresh(run);
      if (steps.length > 0) this.tell({ type: 'steps', run: run.summary.id, steps });
      const every = run.summary.configuration.evaluation.every;
      if (Math.floor(run.done / every) > Math.floor((run.done - by) / every)) {
        this.tell({
          type: 'evaluation',
          run: run.summary.id,
          evaluation: this.#evaluation(run, Math.floor(run.done / every) * every),
        });
      }
    }
  }

  #fill(): void {
    if (this.#scenario === 'empty') return;
    const live = this.#scenario === 'live';
    const main = this.#experiment('nano, three objectives');
    const statuses = (index: number): [RunStatus, number] => {
      if (!live) return ['completed', 1];
      return index < 3
        ? ['completed', 1]
        : index === 3
          ? ['running', 0.42]
          : index === 4
            ? ['paused', 0.3]
            : ['queued', 0];
    };
    let index = 0;
    for (const seed of [0, 1, 2]) {
      for (const objective of ['none', 'lbl-sequence', 'simbal'])
        this.#run(main, objective, seed, ...statuses(index++));
    }
    if (this.#scenario === 'failed') {
      const broken = this.#experiment('high learning rate');
      const run = this.#run(broken, 'simbal', 0, 'failed', 0.4);
      run.summary.message =
        'The loss of step 121 is not a number; the run stopped before the update, and its checkpoint of step 100 is whole.';
      this.#run(broken, 'none', 0, 'stopped', 0.2);
    }
    if (this.#scenario === 'hostile') {
      const hostile = this.#experiment(`<script>alert(1)</script>\u202Eevil ${'long '.repeat(2000)}`);
      hostile.tags.push('<b>tag</b>', '=HYPERLINK("x")');
      const run = this.#run(hostile, 'simbal', 0, 'failed', 0.3);
      run.summary.name = `"><img src=x onerror=alert(1)>\u202E${'name'.repeat(2400)}`;
      run.summary.message = `${'reason '.repeat(500)}<script>`;
      this.#run(hostile, 'lbl-sequence', 9007199254740991, 'completed', 1).summary.name = 'W'.repeat(10_000);
    }
    if (this.#scenario === 'thousand') {
      for (let many = 0; many < 56; many += 1) {
        const experiment = this.#experiment(`sweep ${many + 1}`);
        for (const seed of [0, 1, 2]) {
          for (const objective of [
            'none',
            'lbl-sequence',
            'simbal',
            'loss-free-bias',
            'simbal,lbl-sequence',
            'router-z',
          ]) {
            this.#run(experiment, objective, seed, many === 55 ? 'queued' : 'completed', many === 55 ? 0 : 1);
          }
        }
      }
    }
    if (this.#scenario === 'million') {
      const experiment = this.#experiment('a million steps');
      for (let seed = 0; seed < 20; seed += 1)
        this.#run(experiment, ['simbal', 'lbl-sequence'][seed % 2]!, seed >> 1, 'completed', 1, 1_000_000);
    }
    let position = 0;
    for (const run of this.#runs.values()) if (run.summary.status === 'queued') run.summary.queuePosition = position++;
  }

  #experiment(name: string): ExperimentRow {
    const created = new Date(Date.UTC(2026, 10, 20, 9, this.#next)).toISOString();
    const experiment = { id: `e${this.#next++}`, name, note: '', tags: [] as string[], created, removed: null };
    this.#experiments.push(experiment);
    return experiment;
  }

  #run(
    experiment: ExperimentRow,
    objective: string,
    seed: number,
    status: RunStatus,
    share: number,
    steps = 300,
  ): FakeRun {
    const terms = parseObjectiveText(objective);
    const configuration = configurationFromPreset('nano', {
      corpus: corpus.hash,
      name: `${objectiveLabel(terms)}, seed ${seed}`,
      objective: terms,
      seeds: { init: seed, data: seed },
      training: { steps },
      evaluation: { every: steps === 300 ? 25 : steps / 20 },
    });
    return this.#keep(experiment.id, configuration, status, Math.round(steps * share));
  }

  #keep(experiment: string, configuration: RunConfiguration, status: RunStatus, done: number): FakeRun {
    const id = `r${this.#next++}`;
    const key = objectiveKey(configuration.objective);
    const next = random(this.#next + configuration.seeds.init * 7);
    const final = (finals[key] ?? 1.85) + (next() - 0.5) * 0.02;
    const shift = this.#next;
    const created = new Date(Date.UTC(2026, 10, 20, 9, this.#next)).toISOString();
    const summary: RunSummary = {
      id,
      experiment,
      name: configuration.name,
      configuration,
      corpusHash: corpus.hash,
      seedGroup: null,
      parent: null,
      status,
      message: null,
      queuePosition: null,
      note: '',
      tags: [],
      created,
      changed: created,
      removed: null,
      step: 0,
      tokens: 0,
      seconds: 0,
      tokensPerSecond: null,
      loss: null,
      evaluation: null,
      checkpoint: null,
      sparkline: { steps: new Float64Array(), values: new Float64Array() },
    };
    const noise = (step: number) => random(step * 31 + shift)() - 0.5;
    const run = { summary, final, noise, done };
    this.#refresh(run);
    this.#runs.set(id, run);
    return run;
  }

  #loss(run: FakeRun, step: number): number {
    const { steps } = run.summary.configuration.training;
    const share = (300 * step) / steps;
    return run.final + (5.55 - run.final) * Math.exp(-share / 32) + 0.9 * Math.exp(-share / 150) - 0.12;
  }

  #metrics(run: FakeRun, step: number): StepMetrics {
    const { training, model, objective } = run.summary.configuration;
    const loss = this.#loss(run, step) + 0.12 * run.noise(step);
    const terms = Object.fromEntries(objective.map(({ kind }) => [kind, 0.02 + 0.4 * Math.exp(-step / 60)]));
    return {
      step,
      tokens: step * training.batch * model.context,
      seconds: step * 0.31,
      loss: loss + 0.02,
      crossEntropy: loss,
      zLoss: 1e-4,
      terms,
      gradientNorm: 0.6 + Math.abs(run.noise(step + 7)) + 3 * Math.exp(-step / 30),
      learningRate: 1e-3,
      tokensPerSecond: 6600 + 300 * run.noise(step + 3),
      maxLoad: 1.4 + Math.abs(run.noise(step)) * 2,
    };
  }

  #evaluation(run: FakeRun, step: number): Evaluation {
    const { objective, seeds, training, model } = run.summary.configuration;
    const key = objectiveKey(objective);
    const L = model.layers;
    const collapse = key === 'none' ? 1 : key.includes('simbal') ? 0.25 : 0.04;
    const share = step / training.steps;
    const next = random(seeds.init + key.length);
    const counts = Array.from({ length: L }, () =>
      Array.from({ length: E }, () => {
        const weight = Math.exp(2.6 * collapse * Math.min(1, share * 4) * (next() * 3 - 1.6));
        return key === 'none' && weight < 0.2 * share ? 0 : Math.round((16384 * K * weight) / E);
      }),
    );
    const perLayer = (read: (layer: number) => number) => Array.from({ length: L }, (_, layer) => read(layer));
    const pes = perLayer(
      (layer) =>
        0.02 + 0.3 * Math.exp(-share * 5) + 0.02 * layer * (1.2 - share) + (key.includes('simbal') ? 0.002 : 0.03),
    );
    const loss = this.#loss(run, step) + 0.004 * run.noise(step);
    return {
      step,
      tokens: step * training.batch * model.context,
      seconds: step * 0.31,
      cost: 0.8,
      loss,
      perplexity: Math.exp(loss),
      evaluatedTokens: 16384,
      domains: {},
      routing: {
        counts,
        uniqueExperts: counts.map((layer) => layer.filter(Boolean).length),
        uniqueExpertsPooled: E,
        sequenceExpertUtilization: perLayer(() => 0.99 - collapse * 0.4 * share),
        entropy: perLayer(() => 2.77 - collapse * 1.4 * share),
        maxViolation: counts.map((layer) => Math.max(...layer) / (layer.reduce((a, b) => a + b, 0) / E) - 1),
        gini: perLayer(() => 0.04 + 0.5 * collapse * share),
        orthogonalityMeanSquare: perLayer(() => (key.includes('simbal') ? 2e-7 : 0.03) * (1 + share + 0.3 * next())),
        orthogonalityL1: perLayer(() => 1),
      },
      similarity: { tokens: 2048, pes, standardError: pes.map(() => 0.001), minimum: Math.min(...pes), pairs: [] },
    };
  }

  #steps(run: FakeRun): number[] {
    const { every } = run.summary.configuration.evaluation;
    return Array.from({ length: Math.floor(run.done / every) + 1 }, (_, index) => index * every);
  }

  #refresh(run: FakeRun): void {
    const { summary, done } = run;
    if (done === 0) return;
    const last = this.#metrics(run, done);
    const { steps } = summary.configuration.training;
    const stride = Math.max(1, Math.round(steps / 100));
    const at = Float64Array.from({ length: Math.floor(done / stride) }, (_, index) => (index + 1) * stride);
    const newest = this.#evaluation(run, this.#steps(run).at(-1)!);
    Object.assign(summary, {
      step: done,
      tokens: last.tokens,
      seconds: last.seconds,
      tokensPerSecond: last.tokensPerSecond,
      loss: last.crossEntropy,
      evaluation: newest,
      checkpoint: done >= 100 ? Math.floor(done / 100) * 100 : null,
      sparkline: { steps: at, values: at.map((step) => this.#metrics(run, step).crossEntropy) },
    });
  }

  #compared(run: FakeRun): ComparedRun {
    const { summary } = run;
    const { configuration } = summary;
    const evaluations = run.done > 0 ? this.#steps(run).map((step) => this.#evaluation(run, step)) : [];
    const last = evaluations.at(-1);
    return {
      id: summary.id,
      name: summary.name,
      experiment: this.#experiments.find(({ id }) => id === summary.experiment)!.name,
      status: summary.status,
      message: summary.message,
      configuration,
      objective: objectiveLabel(configuration.objective),
      objectiveKey: objectiveKey(configuration.objective),
      colour: objectiveColour(configuration.objective),
      shade: 0,
      start: null,
      final: last ? { ...last, routing: null, minimumSimilarity: last.similarity!.minimum } : null,
      progress: null,
      speedUps: [],
      evaluations,
      curves: { crossEntropy: [], tokensPerSecond: [], maxLoad: [], gradientNorm: [] },
    };
  }

  #find(id: string): FakeRun {
    const run = this.#runs.get(id);
    if (!run)
      throw new LabError('not-found', `There is no run ${JSON.stringify(id)}.`, { remedy: 'Choose another one.' });
    return run;
  }

  #setStatus(ids: readonly string[], status: RunStatus): RunSummary[] {
    return ids.map((id) => {
      const run = this.#find(id);
      run.summary = { ...run.summary, status, queuePosition: status === 'queued' ? this.#next++ : null };
      this.tell({ type: 'run', run: run.summary });
      return run.summary;
    });
  }

  #handlers(): ApiHandlers {
    const summaries = () =>
      [...this.#runs.values()].map(({ summary }) => summary).filter(({ removed }) => removed === null);
    const settings = { concurrency: 1, engine: 'auto' as const };
    const edit = (id: string, change: Partial<RunSummary>) => {
      const run = this.#find(id);
      run.summary = { ...run.summary, ...change };
      this.tell({ type: 'run', run: run.summary });
      return run.summary;
    };
    const editExperiment = (id: string, change: Partial<ExperimentRow>) => {
      const experiment = this.#experiments.find((one) => one.id === id)!;
      Object.assign(experiment, change);
      this.tell({ type: 'experiment', experiment: { ...experiment } });
      return { ...experiment };
    };
    const remove = (ids: string[]) => {
      for (const id of ids) edit(id, { removed: new Date().toISOString() });
      return { experiments: [], runs: ids };
    };
    return {
      about: {
        get: () => ({
          version: '0.1.0',
          door: 'browser',
          platform: 'linux x64',
          home: '/home/ada/.simbal',
          cores: 8,
          memory: 34e9,
        }),
      },
      experiments: {
        list: () => this.#experiments.map((one) => ({ ...one })),
        create: ({ name }) => {
          const experiment = this.#experiment(name);
          this.tell({ type: 'experiment', experiment });
          return experiment;
        },
        rename: ({ experiment, name }) => editExperiment(experiment, { name }),
        annotate: ({ experiment, ...change }) => editExperiment(experiment, change as Partial<ExperimentRow>),
        remove: ({ experiment }) => {
          const runs = summaries()
            .filter((run) => run.experiment === experiment)
            .map(({ id }) => id);
          editExperiment(experiment, { removed: new Date().toISOString() });
          return { ...remove(runs), experiments: [experiment] };
        },
      },
      runs: {
        list: () => summaries(),
        get: ({ run }) => this.#find(run).summary,
        segments: () => [],
        create: ({ experiment, configuration, objectives, seeds, start }) =>
          objectives.flatMap((objective) =>
            seeds.map((seed) => {
              const name = `${objectiveLabel(objective)}, seed ${seed}`;
              const whole = {
                ...(configuration as RunConfiguration),
                objective,
                name,
                seeds: { init: seed, data: seed },
              };
              const { summary } = this.#keep(experiment, whole, 'queued', 0);
              if (start) summary.queuePosition = this.#next++;
              this.tell({ type: 'run', run: summary });
              return summary;
            }),
          ),
        start: ({ runs }) => this.#setStatus(runs, 'queued'),
        pause: ({ runs }) => this.#setStatus(runs, 'paused'),
        stop: ({ runs }) => this.#setStatus(runs, 'stopped'),
        reorder: ({ run, before }) =>
          edit(run, { queuePosition: before ? this.#find(before).summary.queuePosition! - 0.5 : this.#next++ }),
        fork: ({ run }) =>
          this.#keep(this.#find(run).summary.experiment, this.#find(run).summary.configuration, 'queued', 0).summary,
        continueTo: ({ run }) => this.#find(run).summary,
        again: ({ run }) =>
          this.#keep(this.#find(run).summary.experiment, this.#find(run).summary.configuration, 'queued', 0).summary,
        rename: ({ run, name }) => edit(run, { name }),
        annotate: ({ run, note, tags }) => edit(run, { ...(note !== undefined && { note }), ...(tags && { tags }) }),
        remove: ({ runs }) => remove(runs),
      },
      undo: {
        restore: ({ experiments, runs }) => {
          for (const id of experiments) editExperiment(id, { removed: null });
          for (const id of runs) edit(id, { removed: null });
          return null;
        },
      },
      metrics: {
        names: () => [
          'crossEntropy',
          'gradientNorm',
          'learningRate',
          'loss',
          'maxLoad',
          'seconds',
          'tokens',
          'tokensPerSecond',
          'zLoss',
        ],
        series: ({ runs, metrics, from = 1, to = Number.MAX_SAFE_INTEGER, resolution }) =>
          runs.flatMap((id) =>
            metrics.map((metric) => {
              const run = this.#find(id);
              const last = Math.min(to, run.done);
              const first = Math.max(1, from);
              const width = Math.max(1, 2 ** Math.ceil(Math.log2(Math.max(1, (last - first + 1) / resolution))));
              const count = Math.max(0, Math.floor((last - first) / width) + 1);
              const points = Array.from({ length: count }, (_, index) => this.#metrics(run, first + index * width));
              const read = (of: (one: StepMetrics) => number) => Float64Array.from(points, of);
              return {
                run: id,
                metric,
                width,
                steps: read(({ step }) => step),
                tokens: read(({ tokens }) => tokens),
                seconds: read(({ seconds }) => seconds),
                values: read((one) => Number((one as unknown as Record<string, number>)[metric])),
              };
            }),
          ),
      },
      evaluations: { list: () => [] },
      checkpoints: {
        list: ({ run }) =>
          this.#find(run).summary.checkpoint === null
            ? []
            : [{ run, segment: 1, created: '', step: 100, folder: '', hashes: {}, bytes: 41_900_000 }],
      },
      events: {
        list: ({ run }) => [
          {
            id: 1,
            run,
            created: '2026-11-20T09:00:00Z',
            step: null,
            kind: 'start',
            message: 'Started on onnx-cpu.',
            data: null,
          },
        ],
      },
      comparison: {
        get: ({ runs }) => {
          const compared = runs.map((id) => this.#compared(this.#find(id)));
          const objective = { field: 'objective', values: compared.map(({ objective }) => objective) };
          return {
            runs: compared,
            corpora: [corpus],
            differences: compared.length > 1 ? [objective] : [],
            equalStart: {
              equal: { initHash: false, initHashWithoutRouters: true, dataHash: true },
              hashes: { initHash: [], initHashWithoutRouters: [], dataHash: [] },
            },
          };
        },
      },
      estimate: {
        get: () => {
          throw new LabError('request', 'Not in this lab.');
        },
      },
      corpora: {
        list: () => (this.#scenario === 'empty' ? [] : [{ description: corpus, sources: [], created: '' }]),
        add: () => ({ corpus: { description: corpus, sources: [], created: '' }, known: false }),
      },
      engines: { list: () => (this.#scenario === 'empty' ? null : engines), probe: () => engines },
      settings: { get: () => settings, set: (change) => Object.assign(settings, change) },
      reports: { page: () => '' },
      dialogs: { open: () => [], save: () => null },
    };
  }
}

const engines = [
  {
    kind: 'onnx-cpu' as const,
    device: 'CPU',
    software: false,
    threads: 8,
    available: true,
    chosenByDefault: true,
    message: 'Gradients agree with the reference.',
    selfTest: 'passed' as const,
    tokensPerSecond: 6912,
  },
  {
    kind: 'onnx-webgpu' as const,
    device: 'SwiftShader',
    software: true,
    threads: 1,
    available: true,
    chosenByDefault: false,
    message: 'A processor that pretends to be a GPU.',
    selfTest: 'passed' as const,
    tokensPerSecond: 410,
  },
  {
    kind: 'reference' as const,
    device: 'CPU',
    software: false,
    threads: 1,
    available: true,
    chosenByDefault: false,
    message: 'Readable, not fast.',
    selfTest: 'passed' as const,
    tokensPerSecond: 31,
  },
  {
    kind: 'tensorflow' as const,
    device: '',
    software: false,
    threads: 0,
    available: false,
    chosenByDefault: false,
    message: 'The package is not installed.',
    selfTest: 'not run' as const,
    tokensPerSecond: null,
  },
];
