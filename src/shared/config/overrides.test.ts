import { describe, expect, it } from 'vitest';
import { applyOverrides } from './overrides.ts';
import { configurationFromPreset } from './presets.ts';

const nano = configurationFromPreset('nano', { corpus: 'tiny' });

describe('applyOverrides', () => {
  it('sets fields of every kind and leaves the given configuration alone', () => {
    const before = structuredClone(nano);
    const changed = applyOverrides(nano, [
      'training.steps=500',
      'training.learningRate=1e-3',
      'model.experts=32',
      'model.renormalise=true',
      'training.decayOn=matrices',
      'name=a=b',
      'seeds.init=9007199254740991',
    ]);
    expect(changed.training).toMatchObject({ steps: 500, learningRate: 1e-3, decayOn: 'matrices' });
    expect(changed.model).toMatchObject({ experts: 32, renormalise: true });
    expect(changed).toMatchObject({ name: 'a=b', seeds: { init: Number.MAX_SAFE_INTEGER, data: 0 } });
    expect(nano).toEqual(before);
  });

  it('takes the last of two assignments', () => {
    expect(applyOverrides(nano, ['training.steps=500', 'training.steps=600']).training.steps).toBe(600);
  });

  it('sets the objective, and the router initialisation that goes with it', () => {
    const balanced = applyOverrides(nano, ['objective=simbal:0.2:sum,lbl-sequence']);
    expect(balanced.objective).toEqual([
      { kind: 'simbal', coefficient: 0.2, layers: 'sum' },
      { kind: 'lbl-sequence', coefficient: 0.01 },
    ]);
    expect(balanced.model.routerInit).toBe('orthogonal');
    expect(applyOverrides(balanced, ['objective=none']).model.routerInit).toBe('normal');
    expect(applyOverrides(balanced, ['training.steps=500']).model.routerInit).toBe('orthogonal');
    const kept = applyOverrides(nano, ['model.routerInit=normal', 'objective=simbal']);
    expect(kept).toMatchObject({ model: { routerInit: 'normal' }, objective: [{ coefficient: 0.1, layers: 'mean' }] });
  });

  it('keeps a router initialisation that was not the paired one', () => {
    const orthogonal = configurationFromPreset('nano', { corpus: 'tiny', model: { routerInit: 'orthogonal' } });
    expect(applyOverrides(orthogonal, ['objective=lbl-sequence']).model.routerInit).toBe('orthogonal');
    const normal = applyOverrides(nano, ['model.routerInit=normal', 'objective=simbal']);
    expect(applyOverrides(normal, ['objective=simbal:0.5']).model.routerInit).toBe('normal');
  });

  it('checks the whole after the last assignment', () => {
    const dense = ['model.kind=dense', 'model.experts=1', 'model.active=1'];
    expect(applyOverrides(nano, dense).model.kind).toBe('dense');
  });

  it.each([
    ['model.experts=0', 'model.experts is 0; it must be a whole number from 1 to 4096.'],
    ['model.experts=many', 'model.experts is "many"; it must be a whole number from 1 to 4096.'],
    ['model.experts=', 'model.experts is ""; it must be a whole number from 1 to 4096.'],
    ['model.experts=0x10', 'model.experts is "0x10"; it must be a whole number from 1 to 4096.'],
    ['training.learningRate=NaN', 'training.learningRate is NaN; it must be a number above 0 and at most 10.'],
    ['training.learningRate=1e30', 'training.learningRate is 1e+30; it must be a number above 0 and at most 10.'],
    [
      'seeds.init=9007199254740993',
      'seeds.init is "9007199254740993"; it must be a whole number from 0 to 9007199254740991.',
    ],
    ['experts=8', 'experts is not a field of a configuration; did you mean model.experts?'],
    ['model.expert=8', 'model.expert is not a field of a configuration; did you mean model.experts?'],
    ['__proto__.x=1', '__proto__.x is not a field of a configuration.'],
    ['training.steps', '"training.steps" is not an assignment; it must be of the form field=value.'],
    ['=5', '"=5" is not an assignment; it must be of the form field=value.'],
    [
      'objective=simbal,simbal',
      'objective.1.kind is "simbal"; it must be a kind that the objective does not have yet.',
    ],
    ['objective=simbal:x', 'objective.0.coefficient is "x"; it must be a number from 0 to 1000000.'],
    ['objective=router-z:1:2', 'objective is "router-z:1:2"; it must be of the form router-z:coefficient.'],
  ])('refuses %s', (assignment, message) => {
    expect(() => applyOverrides(nano, [assignment])).toThrow(
      expect.objectContaining({ code: 'configuration', message }),
    );
  });
});
