// Every field of the configuration as data, read off the schema: path, kind, range, default, description. What the form,
// the command line's help and every message about a wrong value are made from. It checks nothing itself.
import { z } from 'zod';
import { configurationSchema, type ObjectiveKind } from './schema.ts';

export interface Field {
  /** 'model.experts'; of an objective's term only the last name, 'coefficient'. */
  path: string;
  kind: 'integer' | 'number' | 'flag' | 'choice' | 'text';
  description: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  /** The bounds themselves are not allowed. */
  aboveMinimum?: boolean;
  belowMaximum?: boolean;
  choices?: readonly string[];
  /** May be null. */
  nullable?: boolean;
}

/** What this file reads of JSON Schema. */
interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  enum?: string[];
  const?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
}

const root = z.toJSONSchema(configurationSchema, { io: 'input' }) as JsonSchema;
const objectiveSchema = root.properties!.objective!;
const termSchemas = objectiveSchema.items!.oneOf!;

/** All fields but those of the objective's terms, in the schema's order. */
export const fields: readonly Field[] = fieldsOf(root, '');

/** The fields of each kind of term beside its kind. */
export const objectiveFields: Readonly<Record<ObjectiveKind, readonly Field[]>> = Object.fromEntries(
  termSchemas.map((term) => [kindOf(term), fieldsOf(term, '').filter((field) => field.path !== 'kind')]),
) as Record<ObjectiveKind, Field[]>;

export const objectiveKinds = Object.keys(objectiveFields) as ObjectiveKind[];

/** Most terms of one objective. */
export const largestObjective = objectiveSchema.maxItems!;

const byPath = new Map(fields.map((field) => [field.path, field]));

/** The field at a path of a configuration-like value; terms of the objective are told apart by their kind. */
export function fieldAt(path: readonly PropertyKey[], value: unknown): Field | undefined {
  if (path[0] !== 'objective') return byPath.get(path.join('.'));
  const [, index, name] = path;
  if (path.length !== 3) return undefined;
  if (name === 'kind') return { path: 'kind', kind: 'choice', description: 'kind of term', choices: objectiveKinds };
  const term = (value as { objective?: Record<PropertyKey, { kind?: unknown }> })?.objective?.[index!];
  return termFields(term?.kind).find((field) => field.path === name);
}

/** Names known in the object at a path: what an unknown key may have meant. */
export function namesAt(path: readonly PropertyKey[], value: unknown): string[] {
  if (path[0] === 'objective') {
    const term = (value as { objective: Record<PropertyKey, { kind?: unknown }> }).objective[path[1]!];
    return ['kind', ...termFields(term?.kind).map((field) => field.path)];
  }
  const section = path.length === 0 ? root : root.properties![String(path[0])];
  return Object.keys(section?.properties ?? {});
}

/** The allowed values in words: 'a whole number from 1 to 4096'. */
export function rangeText(field: Field): string {
  const { kind, minimum, maximum, aboveMinimum, belowMaximum, choices } = field;
  if (kind === 'flag') return 'true or false';
  if (kind === 'choice') return oneOf(choices!);
  if (kind === 'text') {
    const length = minimum ? `of ${minimum} to ${maximum} characters` : `of at most ${maximum} characters`;
    return `text ${length}${field.nullable ? ', or null' : ''}`;
  }
  const noun = kind === 'integer' ? 'a whole number' : 'a number';
  if (!aboveMinimum && !belowMaximum) return `${noun} from ${minimum} to ${maximum}`;
  const from = aboveMinimum ? `above ${minimum}` : `of at least ${minimum}`;
  return `${noun} ${from} and ${belowMaximum ? 'below' : 'at most'} ${maximum}`;
}

function oneOf(choices: readonly string[]): string {
  const quoted = choices.map((choice) => `"${choice}"`);
  return quoted.length < 2 ? quoted.join() : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

function termFields(kind: unknown): readonly Field[] {
  return typeof kind === 'string' && Object.hasOwn(objectiveFields, kind) ? objectiveFields[kind as ObjectiveKind] : [];
}

function kindOf(term: JsonSchema): string {
  return term.properties!.kind!.const!;
}

function fieldsOf(schema: JsonSchema, prefix: string): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    if (part.type === 'object') return fieldsOf(part, `${prefix}${name}.`);
    return part.type === 'array' ? [] : [fieldOf(part, `${prefix}${name}`)];
  });
}

function fieldOf(schema: JsonSchema, path: string): Field {
  const plain = schema.anyOf?.find((alternative) => alternative.type !== 'null') ?? schema;
  const minimum = plain.minimum ?? plain.exclusiveMinimum ?? plain.minLength;
  const maximum = plain.maximum ?? plain.exclusiveMaximum ?? plain.maxLength;
  return {
    path,
    kind: fieldKind(plain),
    description: schema.description ?? '',
    ...(schema.default !== undefined && { default: schema.default }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(plain.exclusiveMinimum !== undefined && { aboveMinimum: true }),
    ...(plain.exclusiveMaximum !== undefined && { belowMaximum: true }),
    ...(plain.enum && { choices: plain.enum }),
    ...(schema.anyOf && { nullable: true }),
  };
}

function fieldKind(schema: JsonSchema): Field['kind'] {
  if (schema.enum || schema.const) return 'choice';
  if (schema.type === 'boolean') return 'flag';
  if (schema.type === 'integer' || schema.type === 'number') return schema.type;
  return 'text';
}
