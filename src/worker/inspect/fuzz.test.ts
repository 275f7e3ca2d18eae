import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import { importedModel } from '../convert/imported-model.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { diffModels } from './diff-models.ts';
import { inspectModel } from './inspect-model.ts';
import { parseJsonObject } from './json-file.ts';
import { ModelConfig } from './model-config.ts';
import { openModel } from './open-model.ts';
import { recognise } from './recognise.ts';
import { parseShardIndex } from './shard-index.ts';

const fixture = join(import.meta.dirname, '../../../test/fixtures/checkpoints/mixtral');

/** Whatever comes, it is accepted or refused in a sentence. */
async function acceptedOrRefused(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).code).toBe('checkpoint');
  }
}

const mutated = (valid: Buffer, from = 0, to = valid.length) =>
  fc
    .array(
      fc.tuple(
        fc.integer({ min: from, max: to - 1 }),
        fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[],:"-.e0'))),
      ),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((changes) => {
      const bytes = Buffer.from(valid);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });

test('any index', async () => {
  const valid = Buffer.from('{"metadata":{"total_size":8},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}');
  const bytes = fc.oneof(
    mutated(valid),
    fc.json().map((json) => Buffer.from(json)),
    fc.object().map((map) => Buffer.from(JSON.stringify({ weight_map: map }))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, (text) =>
      acceptedOrRefused(() => {
        const { shards, files } = parseShardIndex(parseJsonObject(text, 'index'), 'index');
        for (const name of [...shards.values(), ...files]) expect(name).toMatch(/^[^/\\:\0]+\.safetensors$/);
      }),
    ),
    fuzzing(3000),
  );
});

test('any configuration: recognised or not, imported or refused', async () => {
  const valid = JSON.parse(readFileSync(join(fixture, 'config.json'), 'utf8')) as Record<string, unknown>;
  const model = await openModel([fixture]);
  const odd = fc.oneof(
    fc.constantFrom(0, -1, 1e308, 2 ** 53, 0.5, null, '', '8', [], {}, true, 'olmoe', 'llama', 'ernie4_5_moe'),
    fc.integer({ min: 1, max: 64 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const config = fc
    .dictionary(fc.constantFrom(...Object.keys(valid), 'text_config', 'quantization_config', '__proto__'), odd, {
      maxKeys: 4,
    })
    .map((changes) => ({ ...valid, ...changes }));
  await fc.assert(
    fc.asyncProperty(config, (fields) =>
      acceptedOrRefused(() => {
        const read = new ModelConfig(fields);
        const { recognition, layout } = recognise(model.source, model.weights, read, null);
        expect(layout.layers.length === 0 || recognition.family !== null).toBe(true);
        importedModel({ ...model, config: read, layout });
      }),
    ),
    fuzzing(3000),
  );
  await model.close();
});

test('any damaged file, inspected to the end', async () => {
  const valid = readFileSync(join(fixture, 'model.safetensors'));
  const headerEnd = 8 + Number(valid.readBigUInt64LE());
  const folder = temporaryFolder({ 'config.json': readFileSync(join(fixture, 'config.json')) });
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated(valid, 0, headerEnd), mutated(valid, headerEnd)), async (bytes) => {
      await writeFile(join(folder, 'model.safetensors'), bytes);
      await acceptedOrRefused(async () => {
        for await (const event of inspectModel([folder])) expect(event.type).toBeTypeOf('string');
      });
    }),
    fuzzing(250),
  );
});

test('any damaged file, compared with a whole one', async () => {
  const whole = join(fixture, '..', 'gpt-oss');
  const valid = readFileSync(join(whole, 'model.safetensors'));
  const headerEnd = 8 + Number(valid.readBigUInt64LE());
  const folder = temporaryFolder({ 'config.json': readFileSync(join(whole, 'config.json')) });
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated(valid, 8, headerEnd), mutated(valid, headerEnd)), async (bytes) => {
      await writeFile(join(folder, 'model.safetensors'), bytes);
      await acceptedOrRefused(async () => {
        for await (const event of diffModels([whole], [folder])) compared += Number(event.type === 'done');
      });
    }),
    fuzzing(200),
  );
  expect(compared).toBeGreaterThan(50);
});
