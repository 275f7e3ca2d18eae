// Commands that make runs again: each is read by the command line's own parser, and gives the configuration back.
import { expect, test } from 'vitest';
import {
  applyOverrides,
  configurationFromPreset,
  parseObjectiveText,
  type RunConfiguration,
} from '../../../shared/config/index.ts';
import { corpusCommand } from '../../cli/commands/corpus.ts';
import { forkCommand as forkCommandLine } from '../../cli/commands/fork.ts';
import { trainCommand as trainCommandLine } from '../../cli/commands/train.ts';
import { shellWords } from '../../cli/shell-words.testing.ts';
import type { CorpusRow, RunRow } from '../../store/index.ts';
import { commandsAgain, trainCommand, typedNames, withOrigins } from './again.ts';
import { exampleCorpus } from './example-home.testing.ts';

function optionsOf(line: string): { preset: string; corpus: string; name: string; set?: string[] } {
  let options: unknown;
  const command = trainCommandLine(() => {
    throw new Error('no session is wanted');
  });
  command.exitOverride().action((_, given) => {
    options = given;
  });
  expect(shellWords(line)[0]).toBe('train');
  command.parse(shellWords(line).slice(1), { from: 'user' });
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
  const { again, limits } = commandsAgain(
    [row(configurations[0]!)],
    corpora,
    new Map([['abc', 'plain']]),
    (rest) => `simbal ${rest}`,
  );
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
  add.parse(shellWords(again[0]!).slice(3), { from: 'user' });
  expect(given).toEqual(['./my texts']);
});

test('a fork comes after what it was forked from, with what it changed; names are typed where they tell runs apart', () => {
  const first = { ...row(configurations[0]!), id: 'id-1', name: "it's first" };
  const changed = applyOverrides(configurations[0]!, ['objective=simbal:0.5', 'training.steps=500', 'name=second']);
  const second = { ...row(changed, { run: 'id-1', step: 40 }), id: 'id-2' };
  const runs = withOrigins([second], (id) => (id === 'id-1' ? first : expect.unreachable()));
  expect(runs.map(({ id }) => id)).toEqual(['id-1', 'id-2']);
  const { again, limits } = commandsAgain(runs, [], typedNames(runs), (rest) => rest);
  expect(limits).toEqual([]);
  expect(again).toHaveLength(2);
  const [command, origin, ...rest] = shellWords(again[1]!);
  expect([command, origin]).toEqual(['fork', "it's first"]);
  let given: { step?: number; name?: string; set?: string[] } = {};
  const fork = forkCommandLine(() => {
    throw new Error('no session is wanted');
  });
  fork.exitOverride().action((_, options) => {
    given = options;
  });
  fork.parse([origin!, ...rest], { from: 'user' });
  expect(given).toMatchObject({ step: 40, name: 'second' });
  expect(applyOverrides(first.configuration, [`name=${given.name}`, ...given.set!])).toEqual(changed);

  const twin = { ...first, id: 'twin' };
  const ambiguous = commandsAgain([first, twin, second], [], typedNames([first, twin, second]), (text) => text);
  expect(ambiguous.again[2]).toMatch(/^fork id-1 --step 40 /);
  expect(ambiguous.limits[0]).toMatch('Runs whose names others have');
});
