// Values that a schema takes, and values that are nearly so: for tests that ask every call of the contract, also those that are
// added to it later.
import fc from 'fast-check';
import type { z } from 'zod';

/** What zod says of a schema of any kind. */
interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  options?: z.ZodType[];
  entries?: Record<string, unknown>;
  values?: unknown[];
  keyType?: z.ZodType;
  valueType?: z.ZodType;
}

/** What a field of this name may hold. */
export interface FieldValues {
  text(field: string): fc.Arbitrary<string>;
  /** Of what the schema leaves to somebody else to check. */
  custom(field: string): fc.Arbitrary<unknown>;
}

/** @throws Error for a kind of schema that nobody has taught it */
export function arbitraryOf(schema: z.ZodType, values: FieldValues, field = ''): fc.Arbitrary<unknown> {
  const { def } = schema as unknown as { def: Definition };
  const { minimum, maximum, format } = schema._zod.bag as { minimum?: number; maximum?: number; format?: string };
  const inside = (inner: z.ZodType, name = field) => arbitraryOf(inner, values, name);
  switch (def.type) {
    case 'object': {
      const shape = Object.entries(def.shape!);
      const required = shape.filter(([, inner]) => inner.safeParse(undefined).success === false).map(([key]) => key);
      const keys = Object.fromEntries(shape.map(([key, inner]) => [key, inside(inner, key)]));
      return fc.record(keys, { requiredKeys: required, noNullPrototype: true });
    }
    case 'array':
      return fc.array(inside(def.element!), { minLength: minimum ?? 0, maxLength: Math.min(maximum ?? 4, 4) });
    case 'record':
      return fc.dictionary(inside(def.keyType!) as fc.Arbitrary<string>, inside(def.valueType!), {
        maxKeys: 3,
        noNullPrototype: true,
      });
    case 'optional':
    case 'default':
    case 'prefault':
      return fc.option(inside(def.innerType!), { nil: undefined });
    case 'nullable':
      return fc.option(inside(def.innerType!), { nil: null });
    case 'union':
      return fc.oneof(...def.options!.map((option) => inside(option)));
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries!));
    case 'literal':
      return fc.constantFrom(...def.values!);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return values.text(field);
    case 'number':
      return format === 'safeint'
        ? fc.oneof(
            fc.integer({ min: Math.max(minimum ?? -9, -9), max: Math.min(maximum ?? 50, 50) }),
            fc.constantFrom(minimum ?? 0, maximum ?? 1),
          )
        : fc.double({ noNaN: true, min: minimum ?? -2, max: maximum ?? 2 });
    case 'custom':
      return fc.oneof(values.custom(field), fc.object({ maxDepth: 2 }), fc.uint8Array({ maxLength: 20 }));
    default:
      throw new Error(`There is no way to make a ${def.type} for "${field}" yet.`);
  }
}

/** Plain data that the wire carries. */
export const hostilePlain: readonly unknown[] = [
  ...[null, true, Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53 + 2, 1e308, -1, 0.5],
  ...['', ' ', 'x'.repeat(100_000), '\0', '\ud800', '__proto__', 'constructor', '../..', '\u202e', '1'],
  ...[[], [[]], Array(2000).fill('x'), Array(2000).fill(null), {}, { $: 'NaN' }, { length: 1e9 }, { toString: 1 }],
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"hasOwnProperty":null}'),
  JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`),
  Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key ${index}`, index])),
  { ['k'.repeat(50_000)]: 1 },
  ...[Float64Array.of(Number.NaN), new Uint8Array(100_000), new Int32Array()],
];

const sparse: unknown[] = [];
sparse.length = 2 ** 32 - 1;
const endless: Record<string, unknown> = {};
endless.self = endless;

/** What structured clone carries besides. */
export const hostileCloned: readonly unknown[] = [
  ...[undefined, 10n, new Date(Number.NaN), /x/g, new Map([[1, 2]]), new Set([1]), new ArrayBuffer(8), new Error('x')],
  ...[new BigInt64Array(2), new DataView(new ArrayBuffer(8)), new String('x'), new Number(1), sparse, endless],
];

/** The same with one thing put in the place of another, somewhere in it; or with one thing more, or one less. */
export function broken(value: fc.Arbitrary<unknown>, hostile: readonly unknown[]): fc.Arbitrary<unknown> {
  const how = fc.record({
    at: fc.array(fc.nat({ max: 20 }), { minLength: 0, maxLength: 5 }),
    put: fc.constantFrom(...hostile),
    kind: fc.constantFrom('put', 'put', 'remove', 'add'),
    key: fc.constantFrom('extra', '__proto__', 'constructor', '$', '0', 'x'.repeat(1000)),
  });
  return fc.tuple(value, how).map(([whole, { at, put, kind, key }]) => {
    const change = (inner: unknown, [first, ...rest]: number[]): unknown => {
      if (first === undefined || typeof inner !== 'object' || inner === null || ArrayBuffer.isView(inner)) return put;
      const keys = Object.keys(inner);
      const chosen = keys[first % Math.max(1, keys.length)];
      const copy = (Array.isArray(inner) ? [...inner] : { ...inner }) as Record<string, unknown>;
      const define = (name: string, item: unknown) =>
        Object.defineProperty(copy, name, { value: item, enumerable: true, configurable: true, writable: true });
      // A list that calls itself constructor is nothing that a message carries.
      const addable = !(Array.isArray(inner) && key === 'constructor');
      if (kind === 'add' && addable && (rest.length === 0 || chosen === undefined)) define(key, put);
      else if (chosen === undefined) return put;
      else if (kind === 'remove' && rest.length === 0) delete copy[chosen];
      else define(chosen, change((inner as Record<string, unknown>)[chosen], rest));
      return copy;
    };
    return change(whole, at);
  });
}
