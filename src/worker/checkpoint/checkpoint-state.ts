// state.json of a checkpoint: its schema, and its text with a hash over itself, so that a damaged one is recognised.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { brokenRules } from '../../shared/config/rules.ts';
import { configurationSchema } from '../../shared/config/schema.ts';
import { refusal } from './refusal.ts';
import { openRegularFile, readExactly } from './regular-file.ts';
import { maximumRank } from './safetensors-header.ts';

export const stateFile = 'state.json';
export const modelFile = 'model.safetensors';
export const optimizerFile = 'optimizer.safetensors';

const format = 'simbal-checkpoint';
const version = 1;
/** Five times what names of 10,000 escaped characters and buffers of 512 layers take. */
const maximumBytes = 1024 * 1024;

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'should be a sha256 of 64 hexadecimal digits');
const writtenFile = z.strictObject({ sha256, bytes: count });

/** With the rules between its fields: whoever opens the checkpoint builds a model from it. */
const configuration = configurationSchema.superRefine((fields, context) => {
  for (const { field, message } of brokenRules(fields))
    context.addIssue({ code: 'custom', path: field.split('.'), message });
});

const stateSchema = z.strictObject({
  format: z.literal(format),
  version: z.literal(version),
  step: count,
  tokens: count,
  seconds: z.number().min(0),
  configuration,
  corpusHash: z.string().max(1000),
  initHash: z.string().max(1000),
  initHashWithoutRouters: z.string().max(1000),
  /** What trained it: a run that goes on with the same repeats it byte for byte. Absent where nothing did. */
  engine: z.strictObject({ kind: z.string().max(100), threads: count }).optional(),
  /** The training was paused before the evaluation of this step was done; absent where none is due. */
  evaluationDue: z.literal(true).optional(),
  buffers: z.array(z.strictObject({ name: z.string(), shape: z.array(count).max(maximumRank) })),
  files: z.strictObject({ [modelFile]: writtenFile, [optimizerFile]: writtenFile }),
});

export type CheckpointState = z.infer<typeof stateSchema>;

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** The text of state.json. */
export function encodeState(content: Omit<CheckpointState, 'format' | 'version'>): string {
  const state = { format, version, ...content };
  return `${JSON.stringify({ sha256: hashOf(JSON.stringify(state)), state }, null, 2)}\n`;
}

/**
 * @returns the state, and the sha256 of the file as it lies there
 * @throws LabError 'checkpoint' when it is missing, damaged, foreign or of a newer version
 */
export async function readState(path: string): Promise<{ state: CheckpointState; sha256: string; bytes: number }> {
  const text = await readText(path);
  const { sha256: claimed, state } = parseEnvelope(text, path);
  if (claimed !== hashOf(JSON.stringify(state))) {
    throw refusal(path, 'was changed or damaged after it was written: its content does not have the sha256 it names');
  }
  const written = (state as { version?: unknown }).version;
  if (typeof written === 'number' && written > version) {
    throw refusal(path, `has format version ${written}; this program reads up to ${version}`, {
      value: String(written),
      remedy: 'Open it with a newer version of the program.',
    });
  }
  const parsed = stateSchema.safeParse(state);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refusal(path, `is not a valid checkpoint state at "${issue!.path.join('.')}": ${issue!.message}`);
  }
  return { state: parsed.data, sha256: hashOf(text), bytes: Buffer.byteLength(text) };
}

async function readText(path: string): Promise<string> {
  const file = await openRegularFile(path);
  try {
    if (file.bytes > maximumBytes) {
      throw refusal(path, `is ${file.bytes} bytes long; a checkpoint state has at most ${maximumBytes}`);
    }
    const bytes = new Uint8Array(file.bytes);
    await readExactly(file, bytes, 0);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw refusal(path, 'is not valid UTF-8');
    throw error;
  } finally {
    await file.handle.close();
  }
}

function parseEnvelope(text: string, path: string): { sha256: string; state: object } {
  const envelope = z.strictObject({ sha256, state: z.looseObject({ format: z.literal(format) }) });
  try {
    const json: unknown = JSON.parse(text);
    if (envelope.safeParse(json).success) return json as { sha256: string; state: object };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refusal(path, `is not the state of a checkpoint: it should be JSON with "sha256" and a "${format}" state`);
}
