// simbal import: looked at, taken in, taken in again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeWorkers } from '../compute/index.ts';
import { addText, newRun, openPretended, temporaryHome } from '../lab/pretended-lab.testing.ts';
import { writeBundle } from '../lab/report/bundle.ts';
import { pretendedIo } from './pretended-io.testing.ts';

let place: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(() => place.remove());

const io = () => pretendedIo(place.home, { launch: nodeWorkers() });
const table = () => {
  writeFileSync(join(place.home, 'a.csv'), 'step,train_loss,val_loss\n1,4,4.1\n2,3,3.2\n3,2.5,x\n');
};

test('a table is shown first', async () => {
  table();
  const { code, out } = await io().run('import', 'a.csv', '--list');
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "a table, 49 bytes
    x can be step, train_loss, val_loss
    One cell of "val_loss" is no number and was left out.

    tag         points  not finite  first values         seems to be
    step             3           0  1.000, 2.000, 3.000
    train_loss       3           0  4.000, 3.000, 2.500  training loss
    val_loss         2           0  4.100, 3.200         validation loss

    To import: simbal import a.csv --tag train_loss=train-loss
    "
  `);
});

test('its losses are imported, once; another tag under a name of its own', async () => {
  table();
  const { run } = io();
  expect((await run('import', 'a.csv', '--name', 'theirs', '--tokens-per-step', '512')).out).toMatchInlineSnapshot(`
    "theirs train_loss (ID): training loss, 3 points over step
    theirs val_loss (ID): validation loss, 2 points over step
      One cell of "val_loss" is no number and was left out.
    Compare draws them beside runs, and a report where it is asked to with --curve.
    "
  `);
  expect((await run('import', 'a.csv', '--name', 'theirs', '--tokens-per-step', '512')).out).toContain('here already');
  expect((await run('import', 'a.csv', '--tag', 'val_loss=gap', '--x', 'step')).out).toContain(
    'a.csv val_loss (ID): gap',
  );
  const [curve] = JSON.parse((await run('import', 'a.csv', '--tag', 'val_loss', '--json')).out);
  expect(curve).toMatchObject({ quantity: 'validation loss', x: 'step', points: 2, tokensPerStep: null });
});

test.each([
  [['nothing.csv'], /nothing\.csv does not exist/],
  [['a.csv', '--tag', 'val_los'], /Did you mean "val_loss"\?/],
  [['a.csv', '--x', 'tokens'], /does not say what x is to be.*--axis "step" --x step/],
  [['a.csv', '--tokens-per-step', '-1'], /must be a number above 0, but is "-1"/],
  [['b.csv'], /none of them says by its name that it is a loss.*--tag "a=loss"/],
])('import %j is refused with what to do', async (args, sentence) => {
  table();
  writeFileSync(join(place.home, 'b.csv'), 'a,b\n1,2\n');
  const { code, err } = await io().run('import', ...args);
  expect(code).toBe(2);
  expect(err).toMatch(sentence);
});

test('a bundle is recognised, taken in, and the second time nothing is new', async () => {
  const other = temporaryHome();
  const { lab } = openPretended(other.home);
  await addText(lab);
  const { id } = newRun(lab, 3, { name: 'theirs' });
  lab.start(id);
  await lab.ended(id);
  const file = join(place.home, 'b.zip');
  await writeBundle(lab.store, [id], file, {
    ...{ title: 'Theirs', made: new Date('2026-02-03T04:05:06Z'), lab: '1.0.0', checkpoints: 'none', reportHtml: '' },
  });
  await lab.close();
  other.remove();
  const { run } = io();
  expect((await run('import', 'b.zip', '--list')).out).toMatch(
    /^Theirs, a bundle of .*\n {2}made TIME UTC by lab 1\.0\.0\n {2}1 run in 1 experiment, 0 studies, 0 checkpoints\n$/,
  );
  expect((await run('import', 'b.zip')).out).toMatchInlineSnapshot(`
    "Imported 1 run and 0 studies of Theirs.
    The text of the corpus text is not here: to train these runs on, add the same text with corpus add.
    To compare them: simbal compare ID
    "
  `);
  const again = await pretendedIo(place.home, { launch: nodeWorkers(), terminal: true }).run('import', 'b.zip');
  expect(again.out).toMatch(/^Nothing new: everything of Theirs is here already\.\n/);
  expect(again.err).toMatch(/checking \d+%/);
  expect((await run('runs', 'show', 'theirs')).out).toContain('completed: Imported from b.zip');
});
