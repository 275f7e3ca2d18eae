// Sums up token losses over batches, in all and by domain.
import type { Evaluation } from '../../shared/worker-messages.ts';

export class DomainLosses {
  readonly #labels: readonly string[];
  readonly #sums: Float64Array;
  readonly #tokens: Float64Array;

  /** @param labels domain labels by index */
  constructor(labels: readonly string[]) {
    this.#labels = labels;
    this.#sums = new Float64Array(labels.length);
    this.#tokens = new Float64Array(labels.length);
  }

  /** @param nll [N]; @param domains [N], −1 where a token does not count */
  add(nll: ArrayLike<number>, domains: Int32Array): void {
    for (const [token, domain] of domains.entries()) {
      if (domain < 0) continue;
      this.#sums[domain]! += nll[token]!;
      this.#tokens[domain]!++;
    }
  }

  /** Means in nats a token; a domain without a token is left out. */
  measures(): Pick<Evaluation, 'loss' | 'perplexity' | 'evaluatedTokens' | 'domains'> {
    const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
    const evaluatedTokens = total(this.#tokens);
    const loss = total(this.#sums) / evaluatedTokens;
    const domains = this.#labels.flatMap((label, index) => {
      const tokens = this.#tokens[index]!;
      return tokens === 0 ? [] : [[label, { loss: this.#sums[index]! / tokens, tokens }] as const];
    });
    return { loss, perplexity: Math.exp(loss), evaluatedTokens, domains: Object.fromEntries(domains) };
  }
}
