import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { openPretended, temporaryHome } from '../lab/pretended-lab.testing.ts';
import type { RunRow } from '../store/index.ts';
import { defaultHome } from './io.ts';
import { pretendedIo } from './pretended-io.testing.ts';

let place: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(() => place.remove());

const io = (options?: Parameters<typeof pretendedIo>[1]) => pretendedIo(place.home, options);
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('demo', () => {
  it('compares three objectives from the same start and says what it found', async () => {
    const { code, out, err } = await io().run('demo', '--steps', '20');
    expect(code).toBe(0);
    expect(err).toMatchInlineSnapshot(`
      "Preparing the corpus "dependency-text" (about 8 MB of text from the dependencies; once) …
      Demo: 3 runs of 20 steps (41k tokens each) with 3.48M parameters, 730k of them active, one after the other.
      none    step  1 of 20  10 240 tokens/s  loss 5.308  validation 5.500
      none    step  2 of 20  10 240 tokens/s  loss 5.021  validation 5.500
      none    step  4 of 20  10 240 tokens/s  loss 4.655  validation 5.500
      none    step  6 of 20  10 240 tokens/s  loss 4.245  validation 5.500
      none    step  8 of 20  10 240 tokens/s  loss 4.019  validation 5.500
      none    step 10 of 20  10 240 tokens/s  loss 3.665  validation 5.500
      none    step 12 of 20  10 240 tokens/s  loss 3.535  validation 3.713
      none    step 14 of 20  10 240 tokens/s  loss 3.239  validation 3.713
      none    step 16 of 20  10 240 tokens/s  loss 3.160  validation 3.713
      none    step 18 of 20  10 240 tokens/s  loss 2.931  validation 3.713
      none    step 20 of 20  10 240 tokens/s  loss 2.865  validation 2.839
      LBL     step  1 of 20  10 240 tokens/s  loss 5.145  validation 5.400
      LBL     step  2 of 20  10 240 tokens/s  loss 4.805  validation 5.400
      LBL     step  4 of 20  10 240 tokens/s  loss 4.358  validation 5.400
      LBL     step  6 of 20  10 240 tokens/s  loss 3.894  validation 5.400
      LBL     step  8 of 20  10 240 tokens/s  loss 3.634  validation 5.400
      LBL     step 10 of 20  10 240 tokens/s  loss 3.262  validation 5.400
      LBL     step 12 of 20  10 240 tokens/s  loss 3.126  validation 3.310
      LBL     step 14 of 20  10 240 tokens/s  loss 2.832  validation 3.310
      LBL     step 16 of 20  10 240 tokens/s  loss 2.761  validation 3.310
      LBL     step 18 of 20  10 240 tokens/s  loss 2.545  validation 3.310
      LBL     step 20 of 20  10 240 tokens/s  loss 2.495  validation 2.468
      SimBal  step  1 of 20  10 240 tokens/s  loss 4.938  validation 5.300
      SimBal  step  2 of 20  10 240 tokens/s  loss 4.513  validation 5.300
      SimBal  step  4 of 20  10 240 tokens/s  loss 3.948  validation 5.300
      SimBal  step  6 of 20  10 240 tokens/s  loss 3.418  validation 5.300
      SimBal  step  8 of 20  10 240 tokens/s  loss 3.131  validation 5.300
      SimBal  step 10 of 20  10 240 tokens/s  loss 2.755  validation 5.300
      SimBal  step 12 of 20  10 240 tokens/s  loss 2.631  validation 2.803
      SimBal  step 14 of 20  10 240 tokens/s  loss 2.360  validation 2.803
      SimBal  step 16 of 20  10 240 tokens/s  loss 2.318  validation 2.803
      SimBal  step 18 of 20  10 240 tokens/s  loss 2.132  validation 2.803
      SimBal  step 20 of 20  10 240 tokens/s  loss 2.114  validation 2.087
      "
    `);
    expect(out).toMatchInlineSnapshot(`
      "
      run     perplexity     to LBL’s loss    to none’s loss  experts used  Min PES  orthogonality  MaxVio  tokens/s
      none         17.09       not reached                 –     4.0 of 16   0.0280         0.0250    2.15    10 240
      LBL          11.80                 –  22% fewer tokens     7.0 of 16   0.0253       0.000250    1.65    10 240
      SimBal       8.063  27% fewer tokens  51% fewer tokens    10.0 of 16   0.0227        2.50e−6    1.15    10 240

      After 20 steps (41k tokens) the validation perplexity is 8.063 with SimBal, 11.80 with LBL and 17.09 with no balancing.
      No balancing against LBL, one seed only: 0.37 nats higher, nothing can be said of chance.
      SimBal against LBL, one seed only: 0.38 nats lower, nothing can be said of chance.
      SimBal reached the final loss of LBL (2.468) with 27% fewer tokens.
      SimBal reached the final loss of no balancing (2.839) with 51% fewer tokens.
      Of 16 experts a layer, the validation tokens used 10.0 with SimBal, 7.0 with LBL and 4.0 with no balancing (mean over layers).
      Min PES, the similarity of experts in their least redundant layer, ended at 0.0227 with SimBal, 0.0253 with LBL and 0.0280 with no balancing.

      All runs started from the same parameters and saw the same data in the same order, as their hashes prove.
      Each was trained once, from one seed: how much of these differences is chance, this comparison cannot tell. Nor does it say what other sizes, data or longer training would show.

      start   parameters    without routers  data order
      none    init 0 ortho  init 0           data 0
      LBL     init 0 ortho  init 0           data 0
      SimBal  init 0 ortho  init 0           data 0

      The page with all curves: file://HOME/reports/demo-ID.html
      Runs, curves and checkpoints: HOME
      The whole demo took 0 s.

      To try next:
        simbal resume ID --steps 600
        simbal demo --objectives loss-free-bias simbal,loss-free-bias normalised-gram
        simbal train --preset micro --objective simbal --seed 0 --seed 1
        simbal compare ID ID ID --html comparison.html
      "
    `);
    const [page] = readdirSync(join(place.home, 'reports'));
    const html = readFileSync(join(place.home, 'reports', page!), 'utf8');
    expect(html).not.toMatch(/<script|<link|<img|<iframe|url\((?!data:)|@import|src=/i);
    expect(html).toContain('simbal demo --steps 20');
  });

  it('makes a new experiment beside the first when it is run again', async () => {
    const shell = io();
    await shell.run('demo', '--steps', '5');
    const again = await shell.run('demo', '--steps', '5', '--objectives', 'none', 'simbal:0.1:sum,lbl-sequence');
    expect(again.err).not.toContain('Preparing');
    expect(again.err).toContain('Demo 2: 2 runs of 5 steps');
    expect(again.out).toContain('SimBal + LBL');
    expect(readdirSync(join(place.home, 'reports'))).toHaveLength(2);
    const { out } = await shell.run('runs', 'list', '--json');
    expect(JSON.parse(out).map(({ experiment, name }: Record<string, string>) => [experiment, name])).toEqual([
      ['Demo', 'none'],
      ['Demo', 'LBL'],
      ['Demo', 'SimBal'],
      ['Demo 2', 'none'],
      ['Demo 2', 'SimBal + LBL'],
    ]);
  });
});

describe('train', () => {
  it('trains from flags, and the run is there to list, show, export, rename and compare', async () => {
    const shell = io();
    const trained = await shell.run(
      'train',
      '--preset',
      'nano',
      '--objective',
      'simbal',
      '--seed',
      '7',
      '--steps',
      '10',
    );
    expect(trained.code).toBe(0);
    expect((await shell.run('runs', 'list')).out).toMatchInlineSnapshot(`
      "run        experiment  name    status         step  perplexity  created
      ID  nano        SimBal  completed  10 of 10       16.49  TIME
      "
    `);
    expect((await shell.run('runs', 'show', 'SimBal')).out).toMatchInlineSnapshot(`
      "SimBal (ID), completed
        objective simbal:0.1, seeds 7 and 7, corpus dependency-text, created TIME
        4 layers, width 128, 16 experts, 2 active, 3.5M parameters
        step 10 of 10, 20.5k tokens in 2 s of training
        onnx-cpu on pretended, 2 threads; parameters init 7 ortho, data data 7
        checkpoint of step 10: HOME/checkpoints/ID/step-00000010

      step  validation loss  perplexity  experts used  MaxVio  orthogonality  Min PES
         0            5.300       200.3    10.0 of 16    1.15        2.50e−6   0.0200
        10            2.803       16.49    10.0 of 16    1.15        2.50e−6   0.0213
      "
    `);
    expect((await shell.run('runs', 'rename', 'SimBal', 'seven')).out).toContain('is called "seven" now');
    const csv = (await shell.run('runs', 'export', 'seven')).out.split('\r\n');
    expect(csv[0]).toBe(
      'run,name,objective,step,tokens,seconds,crossEntropy,gradientNorm,learningRate,loss,maxLoad,terms.simbal,tokensPerSecond,zLoss,validation.loss,validation.perplexity,validation.uniqueExperts,validation.maxViolation,validation.orthogonality,validation.minimumSimilarity',
    );
    expect(csv).toHaveLength(1 + 11 + 1);
    expect(csv[1]).toMatch(/^ID,seven,simbal:0.1,0,0,0,,/);
    const exported = await shell.run('runs', 'export', 'seven', '--format', 'json', '--out', 'seven.json');
    expect(exported).toEqual({ code: 0, out: '', err: '' });
    const data = JSON.parse(readFileSync(join(place.home, 'seven.json'), 'utf8'));
    expect(data.metrics.loss.points).toHaveLength(10);
    const compared = await shell.run('compare', 'seven', '--html', 'page/seven.html', '--json');
    expect(JSON.parse(compared.out).runs[0].name).toBe('seven');
    expect(existsSync(join(place.home, 'page', 'seven.html'))).toBe(true);
  });

  it('sweeps objectives and seeds', async () => {
    const { out } = await io().run(
      ...['train', '--name', 'sweep', '--steps', '3', '--objective', 'none', '--objective', 'simbal'],
      ...['--seed', '0', '--seed', '1', '--set', 'model.experts=8', '--set', 'training.learningRate=1e-3', '--json'],
    );
    const result = lines(out).at(-1);
    expect(result.experiment.name).toBe('sweep');
    expect(result.runs.map(({ name, status }: Record<string, string>) => [name, status])).toEqual([
      ['sweep, none, seed 0', 'completed'],
      ['sweep, none, seed 1', 'completed'],
      ['sweep, SimBal, seed 0', 'completed'],
      ['sweep, SimBal, seed 1', 'completed'],
    ]);
  });

  it('pairs the start of the router with each objective, unless one start was asked for', async () => {
    const shell = io();
    const inits = async (name: string, ...options: string[]) => {
      const objectives = ['--objective', 'none', '--objective', 'simbal'];
      await shell.run('train', '--steps', '2', '--name', name, ...objectives, ...options);
      const initOf = async (run: string) =>
        /"routerInit": "(\w+)"/.exec((await shell.run('runs', 'show', run, '--json')).out)?.[1];
      return [await initOf(`${name}, none`), await initOf(`${name}, SimBal`)];
    };
    expect(await inits('paired')).toEqual(['normal', 'orthogonal']);
    expect(await inits('one', '--set', 'model.routerInit=orthogonal')).toEqual(['orthogonal', 'orthogonal']);
    expect(await inits('other', '--set', 'model.routerInit =normal')).toEqual(['normal', 'normal']);
  });

  it('refuses two values of one field, whichever options say them', async () => {
    const shell = io();
    for (const args of [
      ['--steps', '3', '--set', 'training.steps=4'],
      ['--engine', 'reference', '--set', 'engine.kind=tensorflow'],
      ['--seed', '0', '--set', 'seeds.data=7'],
      ['--objective', 'simbal', '--set', 'objective=none'],
      ['--set', 'training.batch=2', '--set', 'training.batch=4'],
    ]) {
      const { code, err } = await shell.run('train', ...args);
      expect([code, err]).toEqual([2, expect.stringContaining('is given twice')]);
    }
    expect(await shell.run('runs', 'list', '--json')).toMatchObject({ out: '[]\n' });
  });

  it('takes a name that was set as a name that was given', async () => {
    const shell = io();
    const names = async (...args: string[]) => {
      const { out } = await shell.run('train', '--steps', '2', '--json', ...args);
      return lines(out)
        .at(-1)
        .runs.map(({ name }: { name: string }) => name);
    };
    expect(await names('--set', 'name=mine', '--objective', 'simbal')).toEqual(['mine']);
    expect(await names('--set', 'name=two', '--seed', '0', '--seed', '1')).toEqual(['two, seed 0', 'two, seed 1']);
    const fork = ['fork', 'mine', '--steps', '4', '--json'];
    const { out } = await shell.run(...fork, '--set', 'name=forked');
    expect(lines(out).at(-1).runs[0].name).toBe('forked');
    for (const set of ['seeds.init=5', 'model.routerInit=normal', 'training.steps=5'])
      expect(await shell.run(...fork, '--set', set)).toMatchObject({ code: 2 });
    await shell.run(...fork, '--set', 'objective=none', '--name', 'unpaired');
    expect((await shell.run('runs', 'show', 'unpaired', '--json')).out).toContain('"routerInit": "orthogonal"');
  });

  it('prepares the text of the dependencies where it is what is trained on, and nowhere else', async () => {
    const shell = io();
    const named = await shell.run('train', '--steps', '2', '--corpus', 'dependency-text');
    expect(named).toMatchObject({ code: 0, err: expect.stringContaining('Preparing') });
    const missing = await io().run('train', '--steps', '2', '--set', 'corpus=missing', '--home', `${place.home}/other`);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.err).not.toContain('Preparing');
  });

  it('tells how a demo is made again as it was typed', async () => {
    const shell = io();
    await shell.run('demo', '--steps', '2', '--objectives', 'none', 'lbl-sequence,simbal', 'simbal, router-z');
    const [page] = readdirSync(join(place.home, 'reports'));
    const html = readFileSync(join(place.home, 'reports', page!), 'utf8');
    expect(html).toMatch(/--objectives none lbl-sequence,simbal (&#39;|')simbal, router-z/);
    await shell.run('demo', '--steps', '2', '--objectives', 'none', 'lbl-sequence,simbal');
    const second = readdirSync(join(place.home, 'reports')).find((name) => name.startsWith('demo-2'))!;
    const again = readFileSync(join(place.home, 'reports', second), 'utf8');
    expect(again).toContain('--objectives none lbl-sequence,simbal');
    expect((await shell.run('demo', '--steps', '400', '--objectives', 'none')).out).toContain('--steps 800');
  });

  it('refuses the same seed or objective twice', async () => {
    const seeds = await io().run('train', '--steps', '3', '--seed', '1', '--seed', '01');
    expect(seeds).toMatchObject({ code: 2, err: expect.stringContaining('The seed 1 is given twice') });
    const demo = await io().run('demo', '--steps', '3', '--objectives', 'simbal', 'none', 'simbal:0.1');
    expect(demo).toMatchObject({ code: 2, err: expect.stringContaining('The objective simbal:0.1 is given twice') });
    const objectives = await io().run('train', '--steps', '3', '--objective', 'simbal', '--objective', 'simbal:0.1');
    expect(objectives).toMatchObject({
      code: 2,
      err: expect.stringContaining('The objective simbal:0.1 is given twice'),
    });
  });

  it('trains from a configuration file', async () => {
    const shell = io();
    mkdirSync(join(place.home, 'text'));
    const added = await shell.run('corpus', 'add', 'text', '--name', 'mine');
    expect(added.out).toMatchInlineSnapshot(`
      "mine (000000000000)
        1 MB of text in 100 documents, 3 duplicates left out
        900 000 training tokens, 100 000 validation tokens (bytes, 257 ids)
        prose: 1M tokens in 100 documents
        from HOME/text, DAY
        kept in HOME/corpora/HASH
      "
    `);
    const configuration = configurationFromPreset('nano', {
      corpus: 'mine',
      name: 'from a file',
      training: { steps: 4, warmupSteps: 1 },
    });
    writeFileSync(join(place.home, 'run.json'), JSON.stringify(configuration));
    const { code, out } = await shell.run('train', 'run.json', '--set', 'training.steps=6');
    expect(code).toBe(0);
    expect(out).toContain('After 6 steps');
    expect((await shell.run('corpus', 'list')).out).toMatchInlineSnapshot(`
      "corpus  hash          tokenizer  training tokens  validation tokens  documents
      mine    000000000000  bytes                 900k               100k        100
      "
    `);
  });

  it('reports a failed run with exit code 3', async () => {
    const { code, err } = await io({ behaviour: 'fail' }).run('train', '--steps', '20', '--name', 'doomed');
    expect(code).toBe(3);
    expect(err).toContain('"doomed" failed at step 14 of 20. The loss of step 15 is NaN. The checkpoint of step 10 ');
    expect(err.match(/The loss of step 15 is NaN/g)).toHaveLength(1);
  });
});

describe('runs purge', () => {
  it('says what the checkpoints of removed runs take, and removes them when it is told to', async () => {
    const shell = io();
    expect((await shell.run('runs', 'purge')).err).toContain('There is no lab in HOME yet.');
    await shell.run('train', '--steps', '20', '--name', 'gone');
    expect((await shell.run('runs', 'purge', '--yes')).out).toContain('There is nothing to free');
    const { lab } = openPretended(place.home);
    const [{ id }] = lab.store.runs.list() as [RunRow];
    lab.removeRun(id);
    await lab.close();
    const folder = join(place.home, 'checkpoints', id);
    const { code, out } = await shell.run('runs', 'purge');
    expect(code).toBe(0);
    expect(out).toBe(
      '2 checkpoints of 1 removed run would give 4 bytes back; none was removed yet. A run that is restored after that begins at its start. To remove them: simbal runs purge --yes\n',
    );
    expect(readdirSync(folder)).toHaveLength(2);
    expect((await shell.run('runs', 'purge', '--yes')).out).toBe(
      'Removed 2 checkpoints of 1 removed run, which gives 4 bytes back.\n',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('an interrupt', () => {
  it('pauses with a checkpoint and says how to go on; resume does', async () => {
    const shell = io({ stepTime: 3 });
    const running = shell.run(
      'train',
      '--steps',
      '200',
      '--name',
      'long',
      '--objective',
      'none',
      '--objective',
      'simbal',
    );
    await expect.poll(shell.err).toContain('step  20 of 200');
    shell.interrupt();
    const { code, err } = await running;
    expect(code).toBe(130);
    expect(err).toMatch(/Pausing with a checkpoint … \(Ctrl-C again to stop at once\)\n/);
    expect(err).toMatch(/"long, none" is paused at step \d+ of 200, with its checkpoint\. To go on: simbal resume ID/);
    expect(err).toContain('"long, SimBal" has not begun. To start it: simbal resume ID');
    const resumed = await shell.run('resume', 'long, none');
    expect(resumed.code).toBe(0);
    expect(resumed.out).toContain('After 200 steps');
    const beyond = await shell.run('resume', 'long, none', '--steps', '210');
    expect(beyond.out).toContain('After 210 steps');
    expect(beyond.out).toContain('"long, none, to step 210"');
    const forked = await shell.run(
      'fork',
      'long, none',
      '--step',
      '200',
      '--steps',
      '205',
      '--objective',
      'simbal:0.5',
    );
    expect(forked.out).toContain('After 205 steps');
    expect(forked.out).toContain('SimBal');
    expect(await shell.run('fork', 'long, none', '--set', 'model.experts=4')).toMatchObject({ code: 2 });
    expect(await shell.run('resume', 'long, none')).toMatchObject({
      code: 2,
      err: 'The run "long, none" is complete, at step 200. To train on, give it more steps: simbal resume ID --steps 400.\n',
    });
  });

  it('stops at once the second time', async () => {
    const shell = io({ behaviour: 'never pauses', stepTime: 3 });
    const running = shell.run('train', '--steps', '100000', '--name', 'stubborn');
    await expect.poll(shell.err).toContain('step       1');
    shell.interrupt();
    shell.interrupt();
    const { code, err } = await running;
    expect(code).toBe(130);
    expect(err).toMatch(
      /"stubborn" was stopped at step \d+ of 100 000\. It was ended before it could write a checkpoint\./,
    );
  });
});

describe('progress', () => {
  it('is one line a run on a terminal', async () => {
    const { err } = await io({ terminal: true }).run('train', '--steps', '20', '--name', 'shown');
    const rewritten = err.split('\r\x1b[2K');
    expect(rewritten.length).toBeGreaterThan(20);
    expect(rewritten.at(-1)).toBe('shown  step 20 of 20  10 240 tokens/s  loss 2.865  validation 2.839\n');
  });

  it('is JSON lines where JSON is asked for', async () => {
    const { out, err } = await io().run('train', '--steps', '3', '--json');
    expect(err).toBe('');
    const types = lines(out).map(({ type }) => type);
    expect([...new Set(types)].sort()).toEqual(
      [
        'checkpoint',
        'corpus',
        'corpus-progress',
        'evaluation',
        'experiment',
        'result',
        'started',
        'status',
        'steps',
      ].sort(),
    );
  });
});

describe('what is wrong', () => {
  const cases: [name: string, args: string[], code: number, message: string][] = [
    ['a command', ['trian'], 2, 'Did you mean train?'],
    ['a number', ['demo', '--steps', 'many'], 2, 'steps must be a whole number from 1 to 9007199254740991, like 300.'],
    [
      'a field',
      ['train', '--set', 'model.expert=3'],
      2,
      'model.expert is not a field of a configuration; did you mean model.experts?',
    ],
    [
      'a value',
      ['train', '--set', 'model.experts=0'],
      2,
      'model.experts is 0; it must be a whole number from 1 to 4096.',
    ],
    ['a preset', ['train', '--preset', 'nan'], 2, 'Did you mean "nano"?'],
    ['an objective', ['demo', '--objectives', 'sinbal'], 2, 'Did you mean "simbal"?'],
    ['a corpus', ['train', '--corpus', 'nowhere'], 2, 'There is no corpus called "nowhere".'],
    ['a file', ['train', 'missing.json'], 2, 'missing.json cannot be read: there is no such file or folder.'],
    ['both', ['train', 'missing.json', '--preset', 'nano'], 2, 'Give one of them'],
    ['an unused home', ['runs', 'show', 'x'], 2, 'There is no lab in HOME yet.'],
    ['a home that is a file', ['train', '--home', 'file'], 1, 'cannot be opened or created'],
  ];
  it.each(cases)('is said in a sentence: %s', async (_, args, code, message) => {
    writeFileSync(join(place.home, 'file'), '');
    const typed = await io().run(...args);
    expect(typed.err).toContain(message);
    expect(typed.err).not.toMatch(/\n {4}at /);
    expect(typed.code).toBe(code);
  });

  it('suggests the name of a run', async () => {
    const shell = io();
    await shell.run('train', '--steps', '2', '--name', 'baseline');
    expect(await shell.run('runs', 'show', 'basline')).toMatchObject({
      code: 2,
      err: 'There is no run called "basline". Did you mean "baseline"?\n',
    });
    expect(JSON.parse((await shell.run('compare', 'basline', '--json')).out)).toMatchObject({
      error: { code: 'not-found', remedy: 'Did you mean "baseline"?' },
    });
  });
});

describe('engines', () => {
  it('lists what runs here', async () => {
    expect((await io().run('engines')).out).toMatchInlineSnapshot(`
      "engine              runs here  self-test  tokens/s  device     remark
      onnx-cpu (default)  yes        passed       10 000  pretended
      onnx-webgpu         no         not run           –  pretended  There is no GPU.
      "
    `);
  });
});

describe('the default home', () => {
  it('is the data folder of the user on each platform', () => {
    expect(defaultHome({ SIMBAL_HOME: '/somewhere' }, 'linux', '/home/u')).toBe('/somewhere');
    expect(defaultHome({}, 'linux', '/home/u')).toBe('/home/u/.local/share/simbal-lab');
    expect(defaultHome({ XDG_DATA_HOME: '/data' }, 'linux', '/home/u')).toBe('/data/simbal-lab');
    expect(defaultHome({}, 'darwin', '/Users/u')).toBe('/Users/u/Library/Application Support/SimBal Lab');
  });
});
