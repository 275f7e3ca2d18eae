// JSON that keeps NaN and the infinities: { "$number": "NaN" } stands for what JSON cannot write.
import { LabError } from '../../shared/errors.ts';

/** Any plain data as text; undefined as null. */
export function toText(value: unknown): string {
  return JSON.stringify(value ?? null, (_, item) =>
    typeof item === 'number' && !Number.isFinite(item) ? { $number: String(item) } : item,
  );
}

/** @throws LabError 'store' when the stored text is no JSON. */
export function fromText<Type>(text: string): Type {
  try {
    return JSON.parse(text, (_, item) => {
      const name =
        typeof item === 'object' && item !== null && Object.keys(item).length === 1 ? item.$number : undefined;
      return name === 'NaN' || name === 'Infinity' || name === '-Infinity' ? Number(name) : item;
    }) as Type;
  } catch {
    const value = text.slice(0, 80);
    throw new LabError('store', `A stored text is damaged: ${JSON.stringify(value)} is not JSON.`, {
      value,
      remedy: 'Restore the database from a backup.',
    });
  }
}
