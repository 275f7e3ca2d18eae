// Checkpoints of any origin on the page: opened by path and by drop, compared, refused, and those of the lab itself exported and
// imported again.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from './axe.ts';
import { chromiumPath } from './browser.ts';
import { type OpenedLab, openServed } from './doors.ts';
import { addCorpus, go, startExperiment, toast } from './steps.ts';

const fixtures = join(import.meta.dirname, '..', 'test', 'fixtures', 'checkpoints');
const path = 'Path on the lab’s machine';

describe.skipIf(chromiumPath === null)('the inspector', () => {
  let lab: OpenedLab;
  let page: Page;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'simbal-inspected-'));
    lab = await openServed();
    page = lab.page;
  });
  afterAll(async () => {
    await lab?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const home = () => lab.served!.lab.labApi.lab.store.paths.home;
  async function open(...paths: string[]): Promise<void> {
    await go(page, 'Inspector');
    await page.getByLabel(path).fill(paths.join('\n'));
    await page.getByRole('button', { name: paths.length > 1 ? 'Compare' : 'Inspect', exact: true }).click();
  }
  const section = (name: string) => page.getByRole('region', { name, exact: true });

  test('a model is recognised, its routers, experts and numbers are shown, and one tensor is read', async () => {
    await go(page, 'Inspector');
    const found = await faults(page, 'empty');
    await open(join(fixtures, 'deepseek-v3'));
    await page.getByRole('heading', { name: 'DeepSeek-V3' }).waitFor();
    await page.getByText('config.json says model_type "deepseek_v3".').waitFor();
    await page.getByRole('application', { name: /^Gram matrix, layer 1, 4 by 4/ }).waitFor();
    await page.getByRole('application', { name: /^Weight similarity, layer 1/ }).waitFor();
    await page.getByText('Similarity of weights, not PES').waitFor();
    await page.getByText('No NaN and no infinite number.').waitFor();
    await page.getByLabel('Find tensors').fill('mlp.gate.weight');
    await page.getByRole('option', { name: /mlp\.gate\.weight/ }).click();
    await page.getByRole('application', { name: /^Values of model\.layers\.1\.mlp\.gate\.weight/ }).waitFor();
    found.push(...(await faults(page, 'a model')));
    expect(found).toEqual([]);
  });

  test('two models are compared', async () => {
    await open(join(fixtures, 'olmoe'), join(fixtures, 'qwen3-moe'));
    await page.getByRole('heading', { name: 'What changed from A to B' }).waitFor();
    await page.getByRole('heading', { name: 'Changed most' }).waitFor();
    expect(await page.getByRole('application', { name: /^Router rotation by layer/ }).count()).toBe(1);
    expect(await faults(page, 'a comparison')).toEqual([]);
  });

  test('what cannot be read gets its sentence, and the next one is read as if nothing had been', async () => {
    const sentences: [string, Uint8Array | string, RegExp][] = [
      ['huge.safetensors', new Uint8Array(64).fill(255), /header/],
      ['empty.safetensors', '', /empty|long|bytes/],
      ['notes.txt', 'words and words', /not/],
    ];
    for (const [name, content, sentence] of sentences) {
      writeFileSync(join(folder, name), content);
      await open(join(folder, name));
      const told = page.getByRole('alert').filter({ hasText: name });
      await told.waitFor();
      expect(await told.textContent()).toMatch(sentence);
      expect(await told.textContent()).not.toMatch(/\bat \w+ \(|node:/);
    }
    await open('relative/model.safetensors');
    await page.getByText('is not a full path').waitFor();
    await open(join(fixtures, 'olmoe'));
    await page.getByRole('heading', { name: 'OLMoE', exact: true }).waitFor();
  });

  test('a file that is dropped on a page of a browser is handed over', async () => {
    await go(page, 'Runs');
    const [weights, config] = ['model.safetensors', 'config.json'].map((name) =>
      readFileSync(join(fixtures, 'mixtral', name)).toString('base64'),
    );
    const transfer = await page.evaluateHandle(
      ([first, second]) => {
        const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes(first!)], 'model.safetensors'));
        files.items.add(new File([bytes(second!)], 'config.json'));
        return files;
      },
      [weights, config],
    );
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
    await page.getByRole('heading', { name: 'Mixtral', exact: true }).waitFor();
    await page.getByText('config.json says model_type "mixtral".').waitFor();

    // Larger than a message may be.
    const large = await page.evaluateHandle(() => {
      const weights = { shape: [1250, 1000], dtype: 'F32', data_offsets: [0, 5_000_000] };
      const header = new TextEncoder().encode(JSON.stringify({ weights }).padEnd(96));
      const length = new BigUint64Array([BigInt(header.length)]);
      const files = new DataTransfer();
      files.items.add(new File([length, header, new Uint8Array(5_000_000)], 'large.safetensors'));
      return files;
    });
    await page.dispatchEvent('main', 'drop', { dataTransfer: large });
    await page.getByRole('heading', { name: 'Not recognised' }).waitFor();
    await page.getByText('1 250 000', { exact: true }).waitFor();
  });

  test('what was inspected is in the list, and one is opened from there', async () => {
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('heading', { name: 'Inspected last' }).waitFor();
    // Uploads are gone with the lab, and not in it.
    expect(await page.getByRole('button', { name: /^Mixtral/ }).count()).toBe(0);
    await page.getByRole('button', { name: /^DeepSeek-V3/ }).click();
    await page.getByRole('heading', { name: 'DeepSeek-V3' }).waitFor();
  });

  test('a checkpoint of the lab is known with its run, goes out to transformers, and comes in as a run', async () => {
    await addCorpus(page, 'sources');
    await startExperiment(page, {
      name: 'inspected',
      objectives: ['SimBal'],
      seeds: '0',
      fields: { 'training.steps': '40' },
    });
    await expect.poll(() => page.getByRole('img', { name: 'finished' }).count()).toBe(1);
    const { store } = lab.served!.lab.labApi.lab;
    const [run] = store.runs.list();
    await open(store.checkpoints.newest(run!.id)!.folder);
    await page.getByRole('heading', { name: /^Checkpoint of/ }).waitFor();
    await page.getByText('every byte is as its hashes say').waitFor();
    await page.getByRole('application', { name: /^Loss so far/ }).waitFor();
    expect(await faults(page, 'a checkpoint of the lab')).toEqual([]);

    await page.getByRole('button', { name: 'Export to transformers…' }).click();
    const exported = join(folder, 'exported');
    await page.getByLabel('Folder on the lab’s machine').fill(exported);
    await page.getByRole('button', { name: 'Export step 40' }).click();
    await page.getByText('Qwen2MoeForCausalLM in').waitFor();
    expect(existsSync(join(exported, 'model.safetensors'))).toBe(true);
    await page.keyboard.press('Escape');

    await open(exported);
    await page.getByRole('heading', { name: 'Qwen2-MoE', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Import as a run' }).click();
    const sheet = page.getByRole('dialog', { name: 'Import as a run' });
    await sheet.getByLabel('Name of the run').fill('back again');
    await sheet.getByRole('button', { name: 'Import', exact: true }).click();
    await sheet.getByText('back again is a run of this lab now, paused at step 0.').waitFor();
    await page.keyboard.press('Escape');
    const back = store.runs.list().find(({ name }) => name === 'back again')!;
    expect(back.status).toBe('paused');
    expect(store.checkpoints.newest(back.id)!.step).toBe(0);
    // It can be studied as it is.
    await open(store.checkpoints.newest(back.id)!.folder);
    await page.getByRole('button', { name: 'Measure routing and PES' }).click();
    await toast(page, /are in the queue/).waitFor();
    await expect.poll(() => store.studies.list({ runs: [back.id], status: ['completed'] }).length).toBe(3);
    await page.getByText('similarity, of this step').waitFor();
  });

  test('the store of a lab lists its runs, is not changed, and two of its checkpoints are compared', async () => {
    // Of the lab that is open here the same file may be written meanwhile, by that lab.
    const another = join(folder, 'another');
    cpSync(home(), another, { recursive: true });
    const hash = () =>
      createHash('sha256')
        .update(readFileSync(join(another, 'lab.sqlite')))
        .digest('hex');
    const before = hash();
    await open(another);
    await page.getByRole('heading', { name: 'The store of a lab' }).waitFor();
    expect(await faults(page, 'a store')).toEqual([]);
    await page.getByRole('checkbox', { name: /step 20$/ }).check();
    await page.getByRole('checkbox', { name: /step 40$/ }).check();
    expect(hash()).toBe(before);
    await page.getByRole('button', { name: 'Compare the two' }).click();
    await page.getByRole('heading', { name: 'Changed most' }).waitFor();
    expect(await section('What changed from A to B').getByText('0 of 4').count()).toBeGreaterThan(0);
  });

  test('reading is cancelled, and what was read before stays', async () => {
    const model = join(folder, 'model');
    cpSync(join(fixtures, 'deepseek-v3'), model, { recursive: true });
    const weights = join(model, 'model.safetensors');
    // Gigabytes of nothing, which take no room and are not read before somebody can cancel it.
    const bytes = 2 ** 33;
    const header = JSON.stringify({ zeros: { dtype: 'F32', shape: [bytes / 4096, 1024], data_offsets: [0, bytes] } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(weights, Buffer.concat([length, Buffer.from(header)]));
    truncateSync(weights, 8 + header.length + bytes);
    await open(model);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('Cancelled. What is shown was read before.').waitFor();
    copyFileSync(join(fixtures, 'deepseek-v3', 'model.safetensors'), weights);
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.getByRole('heading', { name: 'DeepSeek-V3' }).waitFor();
    await page.getByText('Read in full').waitFor();
  });

  test('nothing was complained about', () => {
    expect(lab.heard.complaints).toEqual([]);
  });
});
