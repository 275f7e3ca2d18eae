// Commands that make runs again: each is read by the command line's own parser, and gives the configuration back.
import { expect, test } from 'vitest';
import {
  applyOverrides,
  configurationFromPreset,
  parseObjectiveText,
  type RunConfiguration,
} from '../../../shared/config/index.ts';
import { corpusCommand } from '../../cli/commands/corpus.ts';
import { trainCommand as trainCommandLine } from '../../cli/commands/train.ts';
import type { CorpusRow, RunRow } from '../../store/index.ts';
import { commandsAgain, trainCommand } from './again.ts';
import { exampleCorpus } from './example-home.testing.ts';

/** A command line as a shell splits it. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'((?:[^']|'\\'')*)'|([^\s']+))(?=\s|$)/g)].map(([, inside, plain]) =>
    inside === undefined ? plain! : inside.replaceAll("'\\''", "'"),
  );
}

function optionsOf(line: string): { preset: string; corpus: string; name: string; set?: string[] } {
  let options: unknown;
  const command = trainCommandLine(() => {
    throw new Error('no session is wanted');
  });
  command.exitOverride().action((_, given) => {
    options = given;
  });
  expect(words(line)[0]).toBe('train');
  command.parse(words(line).slice(1), { from: 'user' });
  return options as ReturnType<typeof optionsOf>;
}

const configurations: RunConfiguration[] = [
  configurationFromPreset('nano', { corpus: 'text', name: 'plain' }),
  configurationFromPreset('micro', {
    corpus: 'it’s "text"',
    name: "it's $HOME `id` = a name",
    objective: parseObjectiveText('simbal:0.2:sum,lbl-sequence'),
  }),
  configurationFromPreset('nano', {
    corpus: 'text',
    objective: parseObjectiveText('loss-free-bias'),
    model: { routerInit: 'orthogonal' },
    seeds: { init: 3, data: 4 },
  }),
  { ...configurationFromPreset('nano', { corpus: 'text' }), preset: null },
  applyOverrides(configurationFromPreset('nano', { corpus: 'text' }), [
    'model.experts=8',
    'training.learningRate=1e-7',
    'model.renormalise=true',
    'engine.kind=reference',
  ]),
];

test.each(configurations.map((one) => [one.name, one] as const))('%s', (_, configuration) => {
  const { preset, corpus, name, set = [] } = optionsOf(trainCommand(configuration)!);
  const made = applyOverrides(configurationFromPreset(preset, { corpus }), [
    `corpus=${corpus}`,
    `name=${name}`,
    ...set,
  ]);
  expect(made).toEqual({ ...configuration, preset });
});

const row = (configuration: RunConfiguration, parent: RunRow['parent'] = null) =>
  ({ id: 'abc', name: configuration.name, configuration, parent }) as RunRow;

test('a corpus of one’s own comes first, without where it lay; its command is read too', () => {
  const description = { ...exampleCorpus('my text'), hash: 'text' };
  const corpora: CorpusRow[] = [
    { description, created: '', sources: [{ path: '/home/me/my texts', domainBy: 'extension' }] },
  ];
  const { again, limits } = commandsAgain([row(configurations[0]!)], corpora, (rest) => `simbal ${rest}`);
  expect(again).toEqual([
    "simbal corpus add './my texts' --name 'my text' --tokenizer bytes --domain-by extension",
    "simbal train --preset nano --corpus 'my text' --name plain --set model.routerInit=normal",
  ]);
  expect(limits[0]).toMatch('has to be prepared from the same files');
  const add = corpusCommand(() => {
    throw new Error('no session is wanted');
  }).commands.find((one) => one.name() === 'add')!;
  let given: unknown;
  add.exitOverride().action((paths) => {
    given = paths;
  });
  add.parse(words(again[0]!).slice(3), { from: 'user' });
  expect(given).toEqual(['./my texts']);
});

test('a fork is told as one', () => {
  const { again, limits } = commandsAgain([row(configurations[0]!, { run: 'first', step: 40 })], [], (rest) => rest);
  expect(again).toEqual(['resume first --steps 300']);
  expect(limits[0]).toMatch('was forked from the run first at step 40');
});
