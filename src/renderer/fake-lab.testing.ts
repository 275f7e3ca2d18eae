// A lab that exists in the page alone: invented runs that look like real ones, for pictures and for tests of the page.
import type { ApiEvent, ApiHandlers, Settings } from '../shared/api.ts';
import { LabError } from '../shared/errors.ts';
import { connect, serveCalls } from '../shared/rpc.ts';
import { inProcess } from '../shared/transports.ts';
import { fakeAlert } from './fake-alerts.testing.ts';
import { fakeComparison, fakeEvaluations, fakeMetrics } from './fake-comparison.testing.ts';
import { fakeEngines } from './fake-engines.testing.ts';
import { fakeImports } from './fake-imports.testing.ts';
import { FakeRecords, fakeCorpus } from './fake-records.testing.ts';
import { fakeRuns } from './fake-runs.testing.ts';
import { fillRecords, type Scenario } from './fake-scenarios.testing.ts';
import { fakeStudies } from './fake-studies.testing.ts';
import type { ConnectionState, LabConnection } from './lab.ts';

export class FakeLab implements LabConnection {
  readonly api: LabConnection['api'];
  readonly #listeners = new Set<(event: ApiEvent) => void>();
  readonly #records = new FakeRecords();
  readonly #scenario: Scenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    fillRecords(this.#records, scenario);
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
  watchConnection(listener: (state: ConnectionState) => void) {
    if (this.#scenario === 'lost') setTimeout(() => listener('lost'), 50);
    if (this.#scenario === 'refused') setTimeout(() => listener('refused'), 50);
    return () => {};
  }
  retry(): void {}
  tell(event: ApiEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Notices something of the first run that runs. */
  alarm(): void {
    const run = [...this.#records.runs.values()].find(({ summary }) => summary.status === 'running');
    if (run) this.tell({ type: 'alert', run: run.summary.id, alert: fakeAlert(run.done) });
  }

  /** Trains the runs that run by so many steps. */
  advance(by: number): void {
    for (const run of this.#records.runs.values()) {
      if (run.summary.status !== 'running') continue;
      const { steps: all } = run.summary.configuration.training;
      const steps = Array.from({ length: Math.min(by, all - run.done) }, (_, index) =>
        run.metrics(run.done + 1 + index),
      );
      run.done += steps.length;
      run.refresh();
      if (steps.length > 0) this.tell({ type: 'steps', run: run.summary.id, steps });
      const every = run.summary.configuration.evaluation.every;
      if (Math.floor(run.done / every) > Math.floor((run.done - by) / every)) {
        this.tell({
          type: 'evaluation',
          run: run.summary.id,
          evaluation: run.evaluation(Math.floor(run.done / every) * every),
        });
      }
    }
  }

  #handlers(): ApiHandlers {
    const settings: Settings = { concurrency: 1, engine: 'auto', retention: 'all' };
    let removable = { runs: 2, checkpoints: 6, bytes: 251_400_000 };
    return {
      about: {
        get: () => ({
          version: '0.1.0',
          door: 'browser',
          platform: 'linux x64',
          home: '/home/ada/.simbal',
          port: 7437,
          cores: 8,
          memory: 34e9,
        }),
        load: () => ({ cpu: this.#scenario === 'live' ? 0.87 : 0.04, freeMemory: 19.6e9 }),
      },
      ...fakeRuns(this.#records, (event) => this.tell(event)),
      metrics: fakeMetrics(this.#records),
      evaluations: fakeEvaluations(this.#records),
      checkpoints: {
        list: ({ run }) =>
          this.#records.find(run).summary.checkpoint === null
            ? []
            : [{ run, segment: 1, created: '', step: 100, folder: '', hashes: {}, bytes: 41_900_000 }],
        removable: () => removable,
        purge() {
          const freed = removable;
          removable = { runs: 0, checkpoints: 0, bytes: 0 };
          return freed;
        },
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
          ...this.#records.alerts.filter((event) => event.run === run),
        ],
        alerts: ({ runs }) => this.#records.alerts.filter(({ run }) => runs.includes(run)),
      },
      comparison: fakeComparison(this.#records),
      estimate: {
        get: () => {
          throw new LabError('request', 'Not in this lab.');
        },
      },
      corpora: {
        list: () => (this.#scenario === 'empty' ? [] : [{ description: fakeCorpus, sources: [], created: '' }]),
        add: () => ({ corpus: { description: fakeCorpus, sources: [], created: '' }, known: false }),
        addDependencyText: () => ({ corpus: { description: fakeCorpus, sources: [], created: '' }, known: false }),
      },
      engines: {
        list: () => (this.#scenario === 'empty' ? null : fakeEngines),
        probe: () => fakeEngines,
        setUpTensorflow: (_, signal) => {
          const message = 'Fetching tensorflow-cpu 2.21.0 through pip (about 270 MB) …';
          this.tell({ type: 'tensorflow-progress', phase: 'fetch', message });
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));
        },
        removeTensorflow: () => 'Removed it.',
      },
      studies: fakeStudies(),
      inspections: {
        open: () => {
          throw new LabError('request', 'Not in this lab.');
        },
        next: () => ({ events: [], ended: true }),
        close: () => null,
        tensor: () => {
          throw new LabError('request', 'Not in this lab.');
        },
        upload: () => '',
        recent: () => [],
        exportModel: () => {
          throw new LabError('request', 'Not in this lab.');
        },
        importModel: () => {
          throw new LabError('request', 'Not in this lab.');
        },
      },
      imports: fakeImports(this.#scenario === 'demo'),
      settings: { get: () => settings, set: (change) => Object.assign(settings, change) },
      reports: {
        page: () => '',
        preview: ({ request }) => `<!doctype html><title>report</title><p>${request.runs.length} runs</p>`,
        write: ({ formats }) => ({
          folder: '/reports/report',
          files: formats.map((format) => ({ format, path: format, bytes: 1 })),
          left: [],
        }),
        list: () => [],
        keep: ({ request, report = 'kept' }) => ({ id: report, changed: new Date(0).toISOString(), request }),
        remove: () => null,
      },
      dialogs: { open: () => [], save: () => null },
    };
  }
}
