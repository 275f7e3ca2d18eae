// What config.json says, as far as an inspection or an import asks. Field names differ between families; each question knows
// all of them. A config that cannot be read is a doubt, never a refusal: the tensors speak for themselves.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { type JsonObject, readJsonObject } from './json-file.ts';

const maximumBytes = 4 * 1024 * 1024;

export class ModelConfig {
  readonly #fields: JsonObject;

  constructor(fields: JsonObject) {
    // A model of several modalities keeps its language model's fields one level down.
    const text = fields.text_config;
    this.#fields = isObject(text) ? { ...fields, ...text } : fields;
  }

  /** The first of these fields that is a finite number. */
  number(...names: string[]): number | null {
    for (const name of names) {
      const value = this.field(name);
      if (typeof value === 'number' && Number.isFinite(value)) return value;
    }
    return null;
  }

  /** As `number`, where only a whole number from 1 on makes sense. */
  count(...names: string[]): number | null {
    const value = this.number(...names);
    return value !== null && Number.isSafeInteger(value) && value >= 1 ? value : null;
  }

  text(name: string): string | null {
    const value = this.field(name);
    return typeof value === 'string' ? value : null;
  }

  flag(name: string): boolean | null {
    const value = this.field(name);
    return typeof value === 'boolean' ? value : null;
  }

  field(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  get experts(): number | null {
    return this.count('num_local_experts', 'num_experts', 'n_routed_experts', 'moe_num_experts');
  }

  /** K. */
  get active(): number | null {
    return this.count('num_experts_per_tok', 'moe_k', 'num_experts_per_token', 'moe_topk', 'experts_per_token');
  }

  /** Rows and columns that share a scale; 128 × 128 where it does not say. */
  get blockSize(): [number, number] {
    const quantisation = this.field('quantization_config');
    const size = isObject(quantisation) ? quantisation.weight_block_size : undefined;
    const [rows, columns] = Array.isArray(size) ? size : [];
    const valid = (extent: unknown): extent is number => Number.isSafeInteger(extent) && (extent as number) >= 1;
    return valid(rows) && valid(columns) ? [rows, columns] : [128, 128];
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** config.json of a folder; null where there is none, with the doubt where it cannot be read. */
export async function readModelConfig(folder: string): Promise<{ config: ModelConfig | null; doubt: string | null }> {
  const path = join(folder, 'config.json');
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return { config: null, doubt: null };
  try {
    return { config: new ModelConfig(await readJsonObject(path, maximumBytes)), doubt: null };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { config: null, doubt: `config.json was left out: ${error.message}` };
  }
}
