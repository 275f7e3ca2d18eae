// What the runs of a load say: every number a function of run, metric and step, so that whoever reads an answer knows what
// belongs there.
import { InventedRun } from '../../bench/sides/compare-home.ts';
import type { MetricSeries } from '../../src/shared/api.ts';
import type { RunConfiguration } from '../../src/shared/config/schema.ts';
import type { Evaluation, StepMetrics } from '../../src/shared/worker-messages.ts';

/** Values of one step, each a point of a series of its own. */
export const pointsPerStep = 10;

export class InventedMetrics {
  readonly #run: InventedRun;

  constructor(configuration: RunConfiguration) {
    this.#run = new InventedRun(configuration, configuration.training.steps, 0, configuration.seeds.init);
  }

  step(step: number): StepMetrics {
    const { tokens, seconds, crossEntropy } = this.#run.steps(step, step)[0]!;
    const term = 0.01 + crossEntropy / 1000;
    return {
      step,
      tokens,
      seconds,
      loss: crossEntropy + term,
      crossEntropy,
      zLoss: crossEntropy / 500,
      terms: { simbal: term },
      gradientNorm: crossEntropy / 4,
      learningRate: 1e-3 / step,
      tokensPerSecond: 20_000 + crossEntropy,
      maxLoad: 1 + crossEntropy / 10,
    };
  }

  evaluation(step: number): Evaluation {
    return this.#run.evaluation(step);
  }

  /** What is wrong with an answer about this run; null where it is true, in order and whole. */
  fault({ metric, steps, values, tokens, width }: MetricSeries): string | null {
    for (const [index, step] of steps.entries()) {
      const before = steps[index - 1];
      if (before !== undefined && (width === 1 ? step !== before + 1 : step <= before)) {
        return `step ${step} after step ${before} at width ${width}`;
      }
      const expected = this.step(step);
      const value = metricOf(expected, metric);
      if (values[index] !== value) return `${metric} ${values[index]} at step ${step}, where ${value} was written`;
      if (Math.abs(tokens[index]! / expected.tokens - 1) > 1e-9) return `${tokens[index]} tokens at step ${step}`;
    }
    return null;
  }
}

const termPrefix = 'terms.';

export const metricOf = ({ terms, ...fields }: StepMetrics, metric: string): number | undefined =>
  metric.startsWith(termPrefix) ? terms[metric.slice(termPrefix.length)] : (fields as Record<string, number>)[metric];
