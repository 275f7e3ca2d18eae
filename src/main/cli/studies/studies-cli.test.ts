import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryHome } from '../../lab/pretended-lab.testing.ts';
import { pretendedIo } from '../pretended-io.testing.ts';

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

/** Runs 'none' and 'SimBal' of 20 steps, with checkpoints of the steps 10 and 20. */
const train = () => io().run('train', '--steps', '20', '--objective', 'none', '--objective', 'simbal');

describe('analyse', () => {
  it('shows how a run came to be, study by study, and computes nothing twice', async () => {
    await train();
    const { code, out, err } = await io().run(
      'analyse',
      'none',
      '--lens',
      'text',
      '--similarity',
      '--routing',
      '--geometry',
    );
    expect(code).toBe(0);
    expect(err.split('\n').slice(1)).toEqual([
      'none  routing  step 10',
      'none  routing  step 20',
      'none  routing  done  0 s',
      'none  similarity  step 10',
      'none  similarity  step 20',
      'none  similarity  done  0 s',
      'none  geometry  step 10',
      'none  geometry  step 20',
      'none  geometry  done  0 s',
      'none  token lens  text',
      'none  token lens  done  0 s',
      '',
    ]);
    expect(out).toMatchInlineSnapshot(`
      "
      none: evaluations; rates of change per million tokens
      step  tokens   loss  experts used  mean PES  its rate  Min PES  its rate
         0       0  5.500           4.0    0.0350         –   0.0200         –
        10   20.5k  3.713           4.0    0.0390     0.195   0.0240     0.195
        20     41k  2.839           4.0    0.0430     0.195   0.0280     0.195

      at step 20  layer 0  layer 1  layer 2  layer 3
      PES          0.0280   0.0380   0.0480   0.0580
      rate          0.195    0.195    0.195    0.195

      at step 20  experts used    SEU  entropy (nats)  mean (RᵀR − I)²  ‖RᵀR − I‖₁  MaxVio   Gini    CV
      layer 0             4.00  0.700            2.10           0.0100        3.00    2.00  0.400  1.83
      layer 1             4.00  0.700            2.10           0.0200        3.00    2.10  0.400  1.82
      layer 2             4.00  0.700            2.10           0.0300        3.00    2.20  0.400  1.80
      layer 3             4.00  0.700            2.10           0.0400        3.00    2.30  0.400  1.82
      mean                4.00  0.700            2.10           0.0250        3.00    2.15  0.400  1.82

      none: routing of 2 048 validation tokens; saturation and switch rate are means over layers
      step   loss  saturation  of the least saturated layer  switch rate  MaxVio  unused experts
        10  3.713         64%                           58%            –   0.556               0
        20  2.839        100%                          100%         8.5%   0.556               0

      layer, at step 20  most co-activated  most of a domain  input specialisation  target specialisation  predicted specialisation
      0                      2 with 5: 40%   15 of code: 33%                 0.362                  0.425                     0.512
      1                     1 with 11: 72%   15 of code: 30%                 0.364                  0.451                     0.508
      2                     8 with 10: 87%   10 of code: 35%                 0.371                  0.471                     0.553
      3                     11 with 6: 35%    3 of code: 33%                 0.364                  0.467                     0.560

      none: PES on 2 048 validation tokens, ± the 95% interval over sequences
      step  Min PES          layer 0          layer 1          layer 2          layer 3
        10   0.0240  0.0240 ± 0.0020  0.0340 ± 0.0020  0.0440 ± 0.0020  0.0540 ± 0.0020
        20   0.0280  0.0280 ± 0.0020  0.0380 ± 0.0020  0.0480 ± 0.0020  0.0580 ± 0.0020

      layer, at step 20  pair                   cosine  tokens of the first  of the second
      0                  most alike: 0 and 1     0.400  a b c                b c d
      0                  least alike: 1 and 15  −0.100  b c d                p q r
      1                  most alike: 0 and 1     0.400  a b c                b c d
      1                  least alike: 1 and 15  −0.100  b c d                p q r
      2                  most alike: 0 and 1     0.400  a b c                b c d
      2                  least alike: 1 and 15  −0.100  b c d                p q r
      3                  most alike: 0 and 1     0.400  a b c                b c d
      3                  least alike: 1 and 15  −0.100  b c d                p q r

      none: router geometry, means over layers
      step  ‖RᵀR − I‖₁  mean (RᵀR − I)²  of cosines alone  singular values   drift  drift cosine  length–load correlation
        10       3.450          0.00115          0.000575    0.900 to 1.20       –             –                    0.500
        20       3.450          0.00115          0.000575    0.900 to 1.20  0.0575         0.920                    0.500

      none: experts of each token at step 20, by falling probability (of the first).
      token  loss of the next  predicted  layer 0      layer 1      layer 2      layer 3
      a                  2.52  ␣          0 5 (50%)    2 7 (50%)    4 9 (50%)    6 11 (50%)
      ␣                  1.62  e          10 15 (50%)  12 1 (50%)   14 3 (50%)   0 5 (50%)
      l                  2.90  ␣          4 9 (50%)    6 11 (50%)   8 13 (50%)   10 15 (50%)
      i                  3.00  e          14 3 (50%)   0 5 (50%)    2 7 (50%)    4 9 (50%)
      t                  3.01  ␣          8 13 (50%)   10 15 (50%)  12 1 (50%)   14 3 (50%)
      t                  2.81  e          2 7 (50%)    4 9 (50%)    6 11 (50%)   8 13 (50%)
      l                  2.83  ␣          12 1 (50%)   14 3 (50%)   0 5 (50%)    2 7 (50%)
      e                  1.64  e          6 11 (50%)   8 13 (50%)   10 15 (50%)  12 1 (50%)
      ␣                  2.74  ␣          0 5 (50%)    2 7 (50%)    4 9 (50%)    6 11 (50%)
      t                  2.50  e          10 15 (50%)  12 1 (50%)   14 3 (50%)   0 5 (50%)
      e                  1.06  ␣          4 9 (50%)    6 11 (50%)   8 13 (50%)   10 15 (50%)
      x                  2.88  e          14 3 (50%)   0 5 (50%)    2 7 (50%)    4 9 (50%)
      t                     –  ␣          8 13 (50%)   10 15 (50%)  12 1 (50%)   14 3 (50%)
      "
    `);
    const again = await io().run('analyse', 'none', '--routing');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(out).toContain(again.out.split('\n\n').at(-1)!.trim());
  });

  it('sets runs side by side, with the speed-up to equal loss', async () => {
    await train();
    const { out, err } = await io().run('analyse', 'none', 'SimBal', 'none', '--geometry', '--steps', 'last');
    expect(err).toContain('2 studies of ');
    expect(out).toContain('SimBal  51% fewer tokens');
    expect(out).toContain('SimBal: router geometry');
  });

  it('says what it would cost, and what is there', async () => {
    await train();
    await io().run('analyse', 'none', '--routing');
    const { out } = await io().run('analyse', 'none', '--routing', '--lens', 'x', '--estimate');
    expect(out).toMatch(/^run +study +of +tokens +FLOPs +time +memory +stores +there\n/);
    expect(out).toMatch(/none +routing +2 checkpoints .* yes\n/);
    expect(out).toMatch(/none +token lens +one text .* no\n/);
    const [estimate] = JSON.parse((await io().run('analyse', 'none', '--estimate', '--json')).out);
    expect(estimate).toMatchObject({
      stored: { status: 'completed', done: 2, total: 2 },
      request: { steps: [10, 20] },
    });
  });

  it('writes one document of JSON after lines of progress, and a file for every table', async () => {
    await train();
    const { out } = await io().run('analyse', 'none', '--json', '--csv', 'tables', '--lens', 'a little text');
    const all = lines(out);
    expect([...new Set(all.map(({ type }) => type))]).toEqual(['study', 'study-progress', 'study-part', 'result']);
    expect(all.at(-1)).toMatchObject({
      runs: [{ name: 'none', evaluations: [{ step: 0 }, { step: 10 }, { step: 20 }] }],
      studies: [{ status: 'completed', parts: [{ key: 'text', result: { layers: 4, chosen: expect.any(Array) } }] }],
    });
    const folder = join(place.home, 'tables');
    expect(readdirSync(folder).sort()).toEqual(
      ['balance', 'evaluations', 'lens', 'pes-by-layer', 'speed-up'].map((name) => `${name}.csv`),
    );
    await io().run('analyse', 'none', 'SimBal', '--csv', 'tables', '--routing', '--similarity', '--geometry');
    expect(readdirSync(folder)).toHaveLength(16);
    const csv = (name: string) =>
      readFileSync(join(folder, `${name}.csv`), 'utf8')
        .trim()
        .split('\r\n');
    // Runs × checkpoints × layers, and the head.
    expect(csv('routing')).toHaveLength(1 + 2 * 2 * 4);
    expect(csv('routing-experts')).toHaveLength(1 + 2 * 2 * 4 * 16);
    expect(csv('similarity-pairs')).toHaveLength(1 + 2 * 2 * 4 * ((16 * 15) / 2));
    expect(csv('geometry-gram')).toHaveLength(1 + 2 * 2 * 4 * ((16 * 17) / 2));
    expect(csv('balance')).toHaveLength(1 + 2 * 3 * 4);
    expect(csv('pes-by-layer')).toHaveLength(1 + 2 * 3 * 4);
    expect(csv('lens')).toHaveLength(1 + 13 * 4 * 2);
    // A row's loss is of the token that follows its own, so the last token has none.
    expect(csv('lens')[0]).toContain(',token,text,loss of the next,predicted next,');
    expect(csv('lens').at(-1)).toMatch(/,12,116,t,,/);
    expect(csv('routing')[1]).toMatch(/^\w{9},none,10,2048,3\.\d+,0,0\.7,$/);
    for (const name of readdirSync(folder)) {
      const [head, ...rows] = csv(name.slice(0, -'.csv'.length));
      const columns = head!.split(',').length;
      // Texts of the lens and of tokens are quoted where they hold a comma; none of these do.
      expect(rows.filter((row) => row.split(',').length !== columns)).toEqual([]);
    }
  });

  it('keeps what it did at an interrupt, and says how to go on', async () => {
    await train();
    const shell = io();
    shell.interruptAt('routing  step 10');
    const { code, err } = await shell.run('analyse', 'none', '--routing', '--geometry', '--csv', 'tables');
    expect(code).toBe(130);
    expect(err).toContain('Stopping; what is done is kept … (Ctrl-C again to stop at once)\n');
    expect(err).toContain(
      'none  routing was stopped. It was stopped. 1 of 2 parts is kept. Start it again to go on.\n',
    );
    expect(err).toContain('none  geometry was stopped. It has not begun.\n');
    expect(err).toContain('To go on after what is done: simbal analyse none --routing --geometry --csv tables\n');
    const resumed = await io().run('analyse', 'none', '--routing', '--geometry', '--csv', 'tables');
    expect(resumed.code).toBe(0);
    expect(resumed.err).not.toContain('routing  step 10');
  });

  it('ends with the reason where a worker fails, and shows what there is', async () => {
    await train();
    const { code, out, err } = await io({ behaviour: 'fail' }).run('analyse', 'none', '--routing');
    expect(code).toBe(3);
    expect(err).toContain('none  routing failed. The loss of the second part is NaN. 1 of 2 parts is kept.');
    expect(out).toContain('none: routing of');
  });

  it('refuses what cannot be answered before anything is computed', async () => {
    expect(await io().run('analyse', 'none')).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no lab'),
    });
    await train();
    const refused = async (...args: string[]) => {
      const { code, err } = await io().run(...args);
      expect(code).toBe(2);
      return err;
    };
    expect(await refused('analyse', 'none', '--steps', '15,10')).toBe(
      'The run "none" has no checkpoint of step 15: it has those of the steps 10, 20. Choose some of these steps.\n',
    );
    expect(await refused('analyse', 'none', '--steps', '10,,20')).toContain('--steps is "10,,20"');
    expect(await refused('analyse', 'none', '--steps', 'ten')).toContain('a step must be a whole number');
    expect(await refused('analyse', 'non', '--routing')).toContain('Did you mean "none"?');
    expect(await refused('prune', 'none', '--active', '1', '--draws', '3')).toContain('nothing is removed at random');
    expect(await refused('prune', 'none', '--active', '9')).toContain(
      '“fewer-active 9” is 9; it must be a whole number from 1 to 2',
    );
    expect(await refused('prune', 'none', '--merge', 'reap:0.5')).toContain(
      '“reap” is no similarity; it must be one of',
    );
    expect(await refused('prune', 'none', '--remove', 'luck:0.5')).toContain(
      '“luck” is no criterion; it must be one of',
    );
    expect(await refused('prune', 'none', '--remove', 'reap')).toContain('frequency:0.25');
    expect(await refused('prune', 'none', '--remove', 'reap:1')).toContain('more than 0 and less than 1');
    expect(await refused('prune', 'none', '--dynamic', '0')).toContain('it must be more than 0');
    expect(await refused('analyse', 'none', '--lens', '')).toContain('it must not be empty');
    expect(await refused('prune', 'none', '--threshold', '1.5')).toContain('a number from 0 to 1');
    expect(existsSync(join(place.home, 'exports'))).toBe(false);
  });
});

describe('prune', () => {
  it('sweeps what answers Figure 4 and Table 6, for a run and across runs', async () => {
    await train();
    const { code, out } = await io().run('prune', 'none', 'SimBal');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "
      none: pruned at step 20, on 2 048 validation tokens; Δ is against the unpruned model, block by block
      setting          loss  perplexity       Δ loss (95%)  experts a token  seconds  tokens/s at 1     ratio (quartiles)  tokens/s at 8     ratio (quartiles)  weights  FLOPs a token
      unpruned        2.839       17.09                  –             2.00     2.00         20 000                 1.00×         20 000                 1.00×    14 MB           1.4M
      drop-top 0      2.889       17.97  +0.0500 ± 0.00067             1.90        –              –                     –              –                     –  13.9 MB          1.39M  mask
      drop-top 1      2.939       18.89   +0.100 ± 0.00078             1.80        –              –                     –              –                     –  13.8 MB          1.38M  mask
      drop-top 2      2.989       19.86   +0.150 ± 0.00090             1.70        –              –                     –              –                     –  13.7 MB          1.37M  mask
      drop-top 4      3.039       20.88   +0.200 ± 0.00068             1.60        –              –                     –              –                     –  13.6 MB          1.36M  mask
      threshold 0     3.089       21.95   +0.250 ± 0.00093             2.00     1.90         22 000  1.10× (1.00 to 1.22)         22 000  1.10× (1.00 to 1.22)  13.5 MB          1.35M  pruned
      threshold 0.1   3.139       23.08   +0.300 ± 0.00080             1.90     1.88         22 400  1.12× (1.01 to 1.24)         22 400  1.12× (1.01 to 1.24)  13.4 MB          1.34M  pruned
      threshold 0.15  3.189       24.26   +0.350 ± 0.00090             1.80     1.86         22 800  1.14× (1.03 to 1.26)         22 800  1.14× (1.03 to 1.26)  13.3 MB          1.33M  pruned
      threshold 0.2   3.239       25.50   +0.400 ± 0.00091             1.70     1.84         23 200  1.16× (1.05 to 1.28)         23 200  1.16× (1.05 to 1.28)  13.2 MB          1.32M  pruned
      A mask computes what it hides: it has a loss and no speed.

      SimBal: pruned at step 20, on 2 048 validation tokens; Δ is against the unpruned model, block by block
      setting          loss  perplexity       Δ loss (95%)  experts a token  seconds  tokens/s at 1     ratio (quartiles)  tokens/s at 8     ratio (quartiles)  weights  FLOPs a token
      unpruned        2.839       17.09                  –             2.00     2.00         20 000                 1.00×         20 000                 1.00×    14 MB           1.4M
      drop-top 0      2.889       17.97  +0.0500 ± 0.00067             1.90        –              –                     –              –                     –  13.9 MB          1.39M  mask
      drop-top 1      2.939       18.89   +0.100 ± 0.00078             1.80        –              –                     –              –                     –  13.8 MB          1.38M  mask
      drop-top 2      2.989       19.86   +0.150 ± 0.00090             1.70        –              –                     –              –                     –  13.7 MB          1.37M  mask
      drop-top 4      3.039       20.88   +0.200 ± 0.00068             1.60        –              –                     –              –                     –  13.6 MB          1.36M  mask
      threshold 0     3.089       21.95   +0.250 ± 0.00093             2.00     1.90         22 000  1.10× (1.00 to 1.22)         22 000  1.10× (1.00 to 1.22)  13.5 MB          1.35M  pruned
      threshold 0.1   3.139       23.08   +0.300 ± 0.00080             1.90     1.88         22 400  1.12× (1.01 to 1.24)         22 400  1.12× (1.01 to 1.24)  13.4 MB          1.34M  pruned
      threshold 0.15  3.189       24.26   +0.350 ± 0.00090             1.80     1.86         22 800  1.14× (1.03 to 1.26)         22 800  1.14× (1.03 to 1.26)  13.3 MB          1.33M  pruned
      threshold 0.2   3.239       25.50   +0.400 ± 0.00091             1.70     1.84         23 200  1.16× (1.05 to 1.28)         23 200  1.16× (1.05 to 1.28)  13.2 MB          1.32M  pruned
      A mask computes what it hides: it has a loss and no speed.

      Across runs
      setting         none: perplexity             Δ loss  SimBal: perplexity             Δ loss
      unpruned                   17.09                  –               17.09                  –
      drop-top 0                 17.97  +0.0500 ± 0.00067               17.97  +0.0500 ± 0.00067
      drop-top 1                 18.89   +0.100 ± 0.00078               18.89   +0.100 ± 0.00078
      drop-top 2                 19.86   +0.150 ± 0.00090               19.86   +0.150 ± 0.00090
      drop-top 4                 20.88   +0.200 ± 0.00068               20.88   +0.200 ± 0.00068
      threshold 0                21.95   +0.250 ± 0.00093               21.95   +0.250 ± 0.00093
      threshold 0.1              23.08   +0.300 ± 0.00080               23.08   +0.300 ± 0.00080
      threshold 0.15             24.26   +0.350 ± 0.00090               24.26   +0.350 ± 0.00090
      threshold 0.2              25.50   +0.400 ± 0.00091               25.50   +0.400 ± 0.00091
      "
    `);
  });

  it('takes settings of every kind, and writes them as tables', async () => {
    await train();
    const { code, err } = await io().run(
      ...['prune', 'none', '--step', '10', '--active', '1', '--dynamic', '0.5,0.9', '--renormalise', '--draws', '3'],
      ...['--remove', 'random:0.25', '--remove', 'reap:0.5:global:reversed', '--merge', 'router-similarity:0.25'],
      ...['--batches', 'none', '--csv', 'tables'],
    );
    expect(code).toBe(0);
    const parts = [...err.matchAll(/^none {2}pruning {2}(.*)$/gm)].map(([, key]) => key);
    expect(parts.slice(0, -1)).toEqual([
      'unpruned',
      'fewer-active 1 renormalised',
      'dynamic 0.5 renormalised',
      'dynamic 0.9 renormalised',
      'remove random 0.25 layer draw 0',
      'remove random 0.25 layer draw 1',
      'remove random 0.25 layer draw 2',
      'remove reap 0.5 global reversed',
      'merge router-similarity 0.25 layer',
    ]);
    expect(readdirSync(join(place.home, 'tables')).sort()).toEqual([
      'pruning-experts.csv',
      'pruning-speed.csv',
      'pruning.csv',
    ]);
  });

  it('measures each layer alone where it is asked to, but for what is taken from all together', async () => {
    await train();
    const { code, out } = await io().run(
      ...['prune', 'none', '--drop-top', '0,1', '--remove', 'frequency:0.5', '--remove', 'reap:0.5:global'],
      ...['--by-layer', '--batches', 'none'],
    );
    expect(code).toBe(0);
    const alone = [...out.matchAll(/^(.*) in layer (\d) alone /gm)].map(([, setting, layer]) => [setting, layer]);
    expect(alone).toEqual(
      ['drop-top 1', 'remove frequency 0.5'].flatMap((setting) =>
        ['0', '1', '2', '3'].map((layer) => [setting, layer]),
      ),
    );
  });
});
