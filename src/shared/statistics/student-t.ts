// Student's t distribution for whole degrees of freedom, by its exact finite sums in θ = arctan(t/√ν): Abramowitz and Stegun,
// Handbook of Mathematical Functions, 26.7.3 and 26.7.4. No approximation, no special functions.

/** P(|T| ≤ t) with ν degrees of freedom, as a function of θ in 0..π/2. */
function within(theta: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}

/** Two-sided p-value: the probability of a |T| of at least |t|. @param degrees whole, from 1 */
export function tProbability(t: number, degrees: number): number {
  return Math.max(0, 1 - within(Math.atan(Math.abs(t) / Math.sqrt(degrees)), degrees));
}

/** A chart asks for the same few at every point. */
const known = new Map<string, number>();

/** The t that |T| stays under with the probability `level`: 2.776 for 0.95 and 4. @param degrees whole, from 1 */
export function tQuantile(level: number, degrees: number): number {
  const key = `${level} ${degrees}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let [low, high] = [0, Math.PI / 2];
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (within(middle, degrees) < level) low = middle;
    else high = middle;
  }
  const quantile = Math.sqrt(degrees) * Math.tan(low);
  known.set(key, quantile);
  return quantile;
}
