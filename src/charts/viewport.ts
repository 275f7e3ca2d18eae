// The part of an axis that is in view, and what zooming and panning make of it. Pure numbers; a pixel is told to a value
// here and nowhere else.

export type Domain = readonly [low: number, high: number];
export type ScaleKind = 'linear' | 'log';

/** The value under a pixel, where `domain` lies over `range`. */
export function valueAt(pixel: number, domain: Domain, range: Domain, scale: ScaleKind = 'linear'): number {
  const share = (pixel - range[0]) / (range[1] - range[0]);
  const [low, high] = [forth(domain[0], scale), forth(domain[1], scale)];
  return back(low + share * (high - low), scale);
}

/** `factor` times as much in view (0.5 zooms in), with the value `centre` staying where it is, never beyond `whole`. */
export function zoomed(domain: Domain, whole: Domain, factor: number, centre: number): Domain {
  const width = domain[1] - domain[0];
  const most = whole[1] - whole[0];
  const wanted = Math.min(most, Math.max(most * 1e-6, width * factor));
  const share = width > 0 ? (centre - domain[0]) / width : 0.5;
  return within([centre - share * wanted, centre + (1 - share) * wanted], whole);
}

/** Moved by a share of its own width, never beyond `whole`. */
export function panned(domain: Domain, whole: Domain, share: number): Domain {
  const by = share * (domain[1] - domain[0]);
  return within([domain[0] + by, domain[1] + by], whole);
}

/** The same width, pushed inside; all of `whole` where it is wider. */
export function within(domain: Domain, whole: Domain): Domain {
  const width = domain[1] - domain[0];
  if (width >= whole[1] - whole[0]) return whole;
  if (domain[0] < whole[0]) return [whole[0], whole[0] + width];
  if (domain[1] > whole[1]) return [whole[1] - width, whole[1]];
  return domain;
}

/** At least `end`, and the same for ends that differ by little: an axis that grows with its data, but not with each point. */
export function reachFor(end: number): number {
  return end > 0 ? growth ** Math.ceil(Math.log(end) / Math.log(growth) - 1e-9) : end;
}

/** At most a fiftieth of an axis is empty. */
const growth = 1.02;

/** Two ends in any order as a domain; null where they are too near to be meant. */
export function between(a: number, b: number, least: number): Domain | null {
  const domain: Domain = a < b ? [a, b] : [b, a];
  return domain[1] - domain[0] >= least ? domain : null;
}

const forth = (value: number, scale: ScaleKind) => (scale === 'log' ? Math.log(value) : value);
const back = (value: number, scale: ScaleKind) => (scale === 'log' ? Math.exp(value) : value);
