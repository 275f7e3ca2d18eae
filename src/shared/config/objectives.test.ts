import { describe, expect, it } from 'vitest';
import { fields, objectiveFields, objectiveKinds, rangeText } from './fields.ts';
import { colours, objectiveColour, objectiveKey, objectiveLabel, objectives } from './objectives.ts';

describe('objectives', () => {
  it('describe each kind of the schema once, and none', () => {
    expect(objectives.map(({ key }) => key).toSorted()).toEqual(['none', ...objectiveKinds].toSorted());
    expect(new Set(objectives.map(({ label }) => label)).size).toBe(objectives.length);
  });

  it("have the papers' default strengths", () => {
    const defaults = Object.fromEntries(objectives.map(({ key, strength }) => [key, strength?.default]));
    expect(defaults).toEqual({
      none: undefined,
      simbal: 0.1,
      'lbl-sequence': 0.01,
      'lbl-micro-batch': 0.01,
      'lbl-global-batch': 0.01,
      'router-z': 0.001,
      'normalised-gram': 0.01,
      'loss-free-bias': 0.001,
    });
  });

  it('are labelled, keyed and coloured alike whatever the order of their terms', () => {
    expect(objectiveLabel([])).toBe('none');
    expect(objectiveLabel([{ kind: 'lbl-sequence' }])).toBe('LBL');
    expect(objectiveLabel([{ kind: 'lbl-sequence' }, { kind: 'simbal' }])).toBe('SimBal + LBL');
    expect(objectiveKey([{ kind: 'lbl-sequence' }, { kind: 'simbal' }])).toBe('simbal+lbl-sequence');
    expect(objectiveKey([])).toBe('none');
  });

  it('keep their colours', () => {
    expect(objectiveColour([])).toBe('grey');
    expect(objectiveColour([{ kind: 'lbl-sequence' }])).toBe('orange');
    expect(objectiveColour([{ kind: 'simbal' }])).toBe('blue');
    expect(objectiveColour([{ kind: 'router-z' }, { kind: 'simbal' }])).toBe('blue');
    expect(objectiveColour([{ kind: 'simbal' }, { kind: 'lbl-sequence' }])).toBe('purple');
    const balancing = objectiveKinds.filter((kind) => kind !== 'router-z');
    expect(new Set(balancing.map((kind) => objectiveColour([{ kind }]))).size).toBe(balancing.length);
    expect(colours[objectiveColour([{ kind: 'simbal' }])]).toBe('#0072b2');
  });
});

describe('fields', () => {
  it('all say what they are and what they allow', () => {
    for (const field of [...fields, ...Object.values(objectiveFields).flat()]) {
      expect(field.description, field.path).toMatch(/\S/);
      expect(rangeText(field), field.path).not.toMatch(/undefined|NaN/);
    }
    expect(fields.map(({ path }) => path)).toContain('evaluation.similarityTokens');
  });
});
