import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeWorkers } from '../compute/index.ts';
import { temporaryHome } from '../lab/pretended-lab.testing.ts';
import { type PretendedIo, pretendedIo } from './pretended-io.testing.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'test', 'fixtures', 'checkpoints');

let place: ReturnType<typeof temporaryHome>;
let cli: PretendedIo;
beforeEach(() => {
  place = temporaryHome();
  cli = pretendedIo(place.home, { launch: nodeWorkers() });
});
afterEach(() => place.remove());

test('inspect tells what a model is, in words and as JSON, and needs no lab', async () => {
  const { code, out } = await cli.run('inspect', join(fixtures, 'olmoe'));
  expect(code).toBe(0);
  expect(out).toMatch(/^Recognised: OLMoE$/m);
  expect(out).toMatch(/^layer +E +SimBal loss/m);
  expect(out).toMatch(/similarity of weights, which is not PES/);
  expect(out).toMatch(/^Health: 6 416 numbers, 0 NaN/m);
  const json = JSON.parse((await cli.run('inspect', join(fixtures, 'olmoe'), '--json')).out);
  expect(json.recognition.family).toBe('olmoe');
  expect(json.routers[0].gram[0]).toHaveLength(4);
  expect(existsSync(join(place.home, 'lab.sqlite'))).toBe(false);
});

test('--routers stops after the routers, --tensor reads one, two paths are compared', async () => {
  const [olmoe, qwen] = [join(fixtures, 'olmoe'), join(fixtures, 'qwen3-moe')];
  const routers = (await cli.run('inspect', '--routers', olmoe)).out;
  expect(routers).toMatch(/^Routers$/m);
  expect(routers).not.toMatch(/^Health/m);
  const { out } = await cli.run('inspect', olmoe, '--tensor', 'model.layers.0.mlp.gate.weight');
  expect(out).toMatch(/64 numbers, 0 NaN/);
  expect(out).toMatch(/█/);
  const difference = (await cli.run('inspect', olmoe, qwen)).out;
  expect(difference).toMatch(/^layer +router drift +largest angle/m);
  expect(difference).toMatch(/^Changed most$/m);
});

test('what cannot be read is told in one sentence, with the exit code of bad input', async () => {
  writeFileSync(join(place.home, 'x.safetensors'), new Uint8Array(20).fill(255));
  for (const path of ['x.safetensors', 'absent']) {
    const { code, out, err } = await cli.run('inspect', path);
    expect([code, out]).toEqual([2, '']);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain(join('HOME', path));
  }
});

test('a run goes out to transformers and comes back as a run that is paused at step 0', async () => {
  writeFileSync(join(place.home, 'text.txt'), 'So much text that there is enough of it. '.repeat(400));
  await cli.run('corpus', 'add', 'text.txt', '--name', 'text');
  const sizes = { width: 16, layers: 1, heads: 2, context: 32, experts: 4, active: 2, expertWidth: 16 };
  const settings = [
    ...Object.entries(sizes).map(([field, value]) => `model.${field}=${value}`),
    'training.batch=2',
    'training.warmupSteps=1',
    'evaluation.tokens=64',
    'evaluation.similarityTokens=32',
  ].flatMap((setting) => ['--set', setting]);
  await cli.run('train', '--corpus', 'text', '--steps', '4', '--name', 'little', '--objective', 'none', ...settings);
  const exported = await cli.run('export-model', 'little', 'exported');
  expect(exported.code).toBe(0);
  expect(exported.out).toMatch(/^Qwen2MoeForCausalLM in HOME.exported$/m);
  const again = await cli.run('export-model', 'little', 'exported');
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('exists already')]);
  expect((await cli.run('export-model', 'little', 'other', '--step', '3')).err).toContain('those of the steps 4');

  const imported = await cli.run('import-model', 'exported', '--name', 'back', '--corpus', 'text');
  expect(imported.code).toBe(0);
  expect(imported.out).toMatch(/^The run: ID "back"$/m);
  expect((await cli.run('runs', 'list')).out).toMatch(/ID +Imported +back +paused +0 of 1 000/);
  const measured = await cli.run('analyse', 'back', '--geometry');
  expect([measured.code, measured.out]).toEqual([0, expect.stringContaining('router geometry')]);

  const refused = await cli.run('import-model', join(fixtures, 'importable-llama'), '--name', 'x', '--corpus', 'text');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('model.vocabulary')]);
  expect(readdirSync(join(place.home, 'checkpoints')).filter((name) => name.startsWith('.'))).toEqual([]);
  expect((await cli.run('runs', 'list', '--json')).out.match(/"id"/g)).toHaveLength(2);
}, 300_000);
