// A fork as it is filled in.
import { expect, test } from 'vitest';
import { configurationFromPreset } from '../../shared/config/presets.ts';
import { draftName, forkedOf, forkTexts } from './fork-draft.ts';

const configuration = configurationFromPreset('nano', {
  corpus: 'text',
  objective: [{ kind: 'lbl-micro-batch', coefficient: 0.01 }],
  training: { steps: 300 },
});
const origin = { name: 'first', configuration };

test('nothing changed is the run itself from there on; a run at its end trains as long again', () => {
  const forked = forkedOf(origin, 100, forkTexts(configuration, 100));
  expect(forked).toEqual({ configuration: { ...configuration, name: 'first, from step 100' }, problems: {} });
  expect(forkTexts(configuration, 300).steps).toBe('600');
});

test('another objective keeps how the routers began, and names the fork', () => {
  const texts = { ...forkTexts(configuration, 100), objective: 'simbal:0.2' };
  const forked = forkedOf(origin, 100, texts).configuration!;
  expect(forked.objective).toMatchObject([{ kind: 'simbal', coefficient: 0.2 }]);
  expect(forked.model).toEqual(configuration.model);
  expect(draftName(origin, 100, texts)).toBe('first, SimBal from step 100');
  expect(draftName(origin, 100, { ...texts, name: 'mine' })).toBe('mine');
});

test.each([
  [{ objective: 'simbol' }, 'objective'],
  [{ steps: '100' }, 'steps'],
  [{ steps: 'many' }, 'steps'],
  [{ name: '' }, 'name'],
  [{ changes: 'model.experts=4' }, 'changes'],
  [{ changes: 'training.learningRate=1e-4\ntraining.batch=0' }, 'changes'],
  [{ changes: 'nonsense' }, 'changes'],
] as const)('%j is told beside %s', (wrong, field) => {
  const { configuration: made, problems } = forkedOf(origin, 100, { ...forkTexts(configuration, 100), ...wrong });
  expect(made).toBeNull();
  expect(Object.keys(problems)).toEqual([field]);
});
