// What people and files call things, through every table, line and message of the command line: it steers no terminal, and in JSON it
// is the name itself.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { nastyName } from '../../../test/nasty-names.ts';
import { nodeWorkers } from '../compute/index.ts';
import { addText, newRun, openPretended } from '../lab/pretended-lab.testing.ts';
import { pretendedIo } from './pretended-io.testing.ts';
import { eraseLine, unsteering } from './terminal-text.ts';

const steering = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const steers = (text: string) =>
  steering.test(text.replaceAll(eraseLine, '').replaceAll('\r\n', '').replaceAll('\n', ''));

test('any text that is written steers nothing, and JSON stays the same document', () => {
  fc.assert(
    fc.property(nastyName, nastyName, (text, other) => {
      expect(steers(unsteering(text))).toBe(false);
      const data = { [text]: [other, { __proto__: null, [other]: text }] };
      const written = unsteering(`${JSON.stringify(data, null, 2)}\n`);
      expect(steers(written)).toBe(false);
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(data)));
    }),
    fuzzing(1000),
  );
});

const names = [
  '\x1b[2J\x1b]0;title\x07\r\nsecond line',
  'a\u202eb\u200b\u2028c\u009b31m',
  '../../CON',
  '__proto__',
  'n'.repeat(10_000),
  '\ud800 half',
];

test('in every list, table and message', async () => {
  const home = mkdtempSync(join(tmpdir(), 'simbal-cli-names-'));
  try {
    const { lab } = openPretended(home);
    await addText(lab);
    const runs = names.map((name) => newRun(lab, 2, { name, experiment: lab.createExperiment({ name }).id }));
    for (const [index, { id }] of runs.entries()) {
      lab.start(id);
      await lab.ended(id);
      lab.annotateRun(id, { note: names[index]!, tags: [names[index]!.slice(0, 40)] });
    }
    for (const name of names) await lab.addCorpus({ name, sources: [{ path: `/${name}` }], tokenizer: 'bytes' });
    await lab.close();
    mkdirSync(join(home, 'in'));
    const file = 'a\x1b[2J\u202e\nb.txt';
    writeFileSync(join(home, 'in', file), Buffer.from([0xff]));
    const table = join(home, 'curves.csv');
    writeFileSync(table, `step,"loss \x1b[2J\u202e"\n1,2\n2,3\n`);
    const io = pretendedIo(home, { terminal: true });
    const working = pretendedIo(home, { terminal: true, launch: nodeWorkers() });
    const ids = runs.map(({ id }) => id);
    const lines = [
      ['runs', 'list'],
      ...ids.map((id) => ['runs', 'show', id]),
      ['runs', 'export', ids[1]!],
      ['runs', 'export', ids[2]!],
      ['compare', ...ids],
      ['corpus', 'list'],
      ...names.map((name) => ['corpus', 'show', name]),
      ['corpus', 'add', 'in', '--name', names[0]!],
      ['import', 'curves.csv', '--list'],
      ...names.map((name) => ['runs', 'show', `${name}?`]),
      ...names.slice(1, 3).map((name) => ['train', '--corpus', `${name}?`, '--set', name]),
      ['runs', `${names[0]}`],
      [`${names[1]}`],
      ['runs', 'show', 'x', `--${names[0]}`],
    ];
    for (const line of lines) {
      const real = ['add', 'curves.csv'].includes(line[1]!);
      for (const json of real ? [[]] : [[], ['--json']]) {
        const { out, err } = await (real ? working : io).run(...line, ...json);
        expect(out + err, line.join(' ').slice(0, 80)).not.toBe('');
        expect(steers(out), `${line.join(' ').slice(0, 80)}: ${JSON.stringify(out.slice(0, 400))}`).toBe(false);
        expect(steers(err), `${line.join(' ').slice(0, 80)}: ${JSON.stringify(err.slice(0, 400))}`).toBe(false);
      }
    }
    const listed = JSON.parse((await io.run('runs', 'list', '--json')).out) as { name: string }[];
    expect(listed.map(({ name }) => name).sort()).toEqual(names.map((name) => name.toWellFormed()).sort());
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
