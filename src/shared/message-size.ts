// Whether a message from outside is small enough to be looked at, before anything else looks at it.

export interface SizeLimits {
  /** Objects, lists and leaves. */
  values: number;
  /** Of texts (two a character) and typed arrays. */
  bytes: number;
  levels: number;
}

/** A figure that a page saves is the largest thing that it sends. */
export const sizeLimits: SizeLimits = { values: 1_000_000, bytes: 160 * 2 ** 20, levels: 64 };

/** False also for what refers to itself. Counts no further than the limits, and calls into nothing. */
export function withinSize(message: unknown, limits = sizeLimits): boolean {
  let { values, bytes } = limits;
  const fits = (value: unknown, levels: number): boolean => {
    values -= 1;
    if (typeof value === 'string') bytes -= 2 * value.length;
    if (ArrayBuffer.isView(value)) bytes -= value.byteLength;
    if (values < 0 || bytes < 0) return false;
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
    if (levels === 0) return false;
    if (value instanceof Map || value instanceof Set || value instanceof ArrayBuffer) return false;
    for (const key of Object.keys(value)) {
      bytes -= 2 * key.length;
      if (!fits((value as Record<string, unknown>)[key], levels - 1)) return false;
    }
    return true;
  };
  return fits(message, limits.levels);
}
