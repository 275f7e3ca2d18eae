// Is a router's distance from orthonormal one of scale or of direction? In one sentence, from mean (RᵀR − I)² as it is and with
// columns of unit length, where scale is gone.
import { abbreviated, percent, significant } from '../../../charts/index.ts';
import { mean } from '../../../shared/statistics/index.ts';
import type { GeometryPart } from '../../../shared/studies/geometry.ts';

export interface RouterReading {
  label: string;
  /** Mean (RᵀR − I)², and the same of columns of unit length; means over layers. */
  meanSquare: number;
  direction: number;
  /** The share of `meanSquare` on the diagonal, where lengths alone count; null in an orthonormal router. */
  lengths: number | null;
  /** What directions at random would have: cos² is 1/D on average, off the diagonal. */
  chance: number;
}

export function routerReading(
  label: string,
  { orthogonality, norms, experts: E }: Pick<GeometryPart, 'orthogonality' | 'norms' | 'experts'>,
  width: number,
): RouterReading {
  const { meanSquare, direction } = orthogonality;
  const whole = mean(meanSquare);
  const diagonal = norms.map((layer) => layer.reduce((sum, norm) => sum + (norm * norm - 1) ** 2, 0) / (E * E));
  return {
    label,
    meanSquare: whole,
    direction: mean(direction),
    lengths: whole > 0 ? Math.min(1, mean(diagonal) / whole) : null,
    chance: (E - 1) / (E * width),
  };
}

const three = (value: number) => significant(value, 3);

/** Of one router: what its distance consists of, and whether its directions are more orthogonal than random ones. */
export function sentenceOfOne({ label, meanSquare, direction, lengths, chance }: RouterReading): string {
  const numbers = `mean (RᵀR − I)² is ${three(meanSquare)}, and ${three(direction)} at unit length, where only direction is left`;
  return `${label}: ${numbers}. ${sourceOf(lengths)} Its directions are ${againstChance(direction, chance)}.`;
}

function sourceOf(lengths: number | null): string {
  if (lengths === null) return 'It is orthonormal.';
  const kind = lengths > 0.75 ? 'mostly scale' : lengths < 0.25 ? 'mostly direction' : 'scale and direction both';
  return `What keeps it from orthonormal is ${kind}: ${percent(lengths)} of that is lengths other than 1.`;
}

function againstChance(direction: number, chance: number): string {
  const words = `random ones (${three(chance)})`;
  if (direction < chance / 2) return `more orthogonal than ${words}`;
  return direction > chance * 2 ? `less orthogonal than ${words}` : `about as orthogonal as ${words}`;
}

/** Of two routers: whether what makes one more orthonormal than the other is scale or direction. */
export function sentenceOfTwo(a: RouterReading, b: RouterReading): string {
  const [near, far] = a.meanSquare <= b.meanSquare ? [a, b] : [b, a];
  const whole = Math.log(far.meanSquare / near.meanSquare);
  const direction = Math.log(far.direction / near.direction);
  const two = `${near.label} and ${far.label}`;
  if (!Number.isFinite(whole) || !Number.isFinite(direction)) {
    return `${two} cannot be compared by ratios: one of them is 0, or not a number.`;
  }
  if (Math.abs(whole) < Math.log(1.25) && Math.abs(direction) < Math.log(1.25)) {
    return `${two} are about equally far from orthonormal, in scale and in direction.`;
  }
  if (Math.abs(whole) < Math.log(1.25)) {
    const [better, ratio] = direction > 0 ? [near, direction] : [far, -direction];
    return `${two} are about equally far from orthonormal, but the directions of ${better.label} are ${times(ratio)} nearer to orthogonal.`;
  }
  const head = `${near.label} is ${times(whole)} nearer to orthonormal than ${far.label}, and at unit length`;
  if (direction < -Math.log(1.25)) return `${head} it is ${times(-direction)} farther: the difference is scale.`;
  if (direction < whole / 4) return `${head} ${aboutAs(direction)}: the difference is scale.`;
  const kind = direction < (3 * whole) / 4 ? 'scale and direction' : 'direction, not scale alone';
  return `${head} ${times(direction)} nearer too: the difference is ${kind}.`;
}

const times = (logarithm: number) => {
  const ratio = Math.exp(logarithm);
  return `${ratio < 1000 ? significant(ratio, 2) : abbreviated(Number(ratio.toPrecision(2)))} times`;
};
const aboutAs = (logarithm: number) =>
  Math.abs(logarithm) < Math.log(1.25) ? 'about as near' : `only ${times(logarithm)} nearer`;
