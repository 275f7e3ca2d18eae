// What a pretended lab keeps: experiments, invented runs, and what was noticed of them.
import type { EventRow, ExperimentRow, RunStatus } from '../shared/api.ts';
import { parseObjectiveText } from '../shared/config/objective-text.ts';
import { objectiveLabel } from '../shared/config/objectives.ts';
import { configurationFromPreset } from '../shared/config/presets.ts';
import type { RunConfiguration } from '../shared/config/schema.ts';
import { LabError } from '../shared/errors.ts';
import { type Failure, failureKind } from '../shared/failure.ts';
import type { CorpusDescription } from '../shared/worker-messages.ts';
import { fakeEvent, fakeTroubles } from './fake-alerts.testing.ts';
import { FakeRun } from './fake-run.testing.ts';

export const fakeCorpus: CorpusDescription = {
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

export class FakeRecords {
  readonly experiments: ExperimentRow[] = [];
  readonly runs = new Map<string, FakeRun>();
  readonly alerts: EventRow[] = [];
  #next = 1;

  /** Larger than every number before. */
  number(): number {
    return this.#next++;
  }

  addExperiment(name: string): ExperimentRow {
    const created = new Date(Date.UTC(2026, 10, 20, 9, this.#next)).toISOString();
    const experiment = { id: `e${this.#next++}`, name, note: '', tags: [] as string[], created, removed: null };
    this.experiments.push(experiment);
    return experiment;
  }

  addRun(
    experiment: ExperimentRow,
    objective: string,
    seed: number,
    status: RunStatus,
    share: number,
    steps = 300,
  ): FakeRun {
    const terms = parseObjectiveText(objective);
    const configuration = configurationFromPreset('nano', {
      corpus: fakeCorpus.hash,
      name: `${objectiveLabel(terms)}, seed ${seed}`,
      objective: terms,
      seeds: { init: seed, data: seed },
      training: { steps },
      evaluation: { every: steps === 300 ? 25 : steps / 20 },
    });
    return this.keep(experiment.id, configuration, status, Math.round(steps * share));
  }

  keep(experiment: string, configuration: RunConfiguration, status: RunStatus, done: number): FakeRun {
    const run = new FakeRun({ number: this.number(), experiment, configuration, status, done });
    this.runs.set(run.summary.id, run);
    return run;
  }

  /** What a run that went wrong at a step was noticed for. */
  alarm({ summary }: FakeRun, step: number): void {
    for (const alert of fakeTroubles(step)) this.alerts.push(fakeEvent(summary.id, alert, this.alerts.length + 100));
  }

  fail({ summary, done }: FakeRun, failure: Failure): void {
    const message = `${failure.what} ${failure.safe} ${failure.action}`;
    summary.message = message;
    const id = this.alerts.length + 100;
    this.alerts.push({
      ...{ id, run: summary.id, created: '2026-11-20T09:40:00Z', step: done, kind: failureKind, message },
      data: failure,
    });
  }

  find(id: string): FakeRun {
    const run = this.runs.get(id);
    if (!run)
      throw new LabError('not-found', `There is no run ${JSON.stringify(id)}.`, { remedy: 'Choose another one.' });
    return run;
  }
}
