// A fork as a person fills it in: texts, checked as a whole by what makes the fork itself. Pure.
import { forkedConfiguration, forkName } from '../../shared/config/fork.ts';
import { objectiveText, parseObjectiveText } from '../../shared/config/objective-text.ts';
import { ConfigurationError } from '../../shared/config/problems.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';

export interface ForkTexts {
  objective: string;
  steps: string;
  /** Null: named after its origin and what it changes. */
  name: string | null;
  /** `field=value`, one a line. */
  changes: string;
}

/** As the run it begins at; one that is at its end trains as long again. */
export function forkTexts({ objective, training }: RunConfiguration, step: number): ForkTexts {
  const steps = training.steps > step ? training.steps : 2 * training.steps;
  return { objective: objectiveText(objective), steps: String(steps), name: null, changes: '' };
}

/** As the person names it, or as it is called until then. */
export function draftName(
  origin: { name: string; configuration: RunConfiguration },
  step: number,
  texts: ForkTexts,
): string {
  return (
    texts.name ?? forkName(origin, step, { objective: termsOf(texts.objective) ?? origin.configuration.objective })
  );
}

function termsOf(text: string): RunConfiguration['objective'] | null {
  try {
    return parseObjectiveText(text);
  } catch {
    return null;
  }
}

/** Which text a problem belongs to. */
export type ForkField = 'objective' | 'steps' | 'name' | 'changes';

/** The configuration, or what is wrong, by the text to change. */
export function forkedOf(
  origin: { name: string; configuration: RunConfiguration },
  step: number,
  texts: ForkTexts,
): { configuration: RunConfiguration | null; problems: Partial<Record<ForkField, string>> } {
  const { configuration } = origin;
  const set = texts.changes
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  try {
    const steps = `training.steps=${texts.steps.trim()}`;
    const name = draftName(origin, step, texts);
    return {
      configuration: forkedConfiguration(configuration, step, {
        objective: texts.objective,
        name,
        set: [steps, ...set],
      }),
      problems: {},
    };
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    const problems: Partial<Record<ForkField, string>> = {};
    for (const { field, message } of thrown.issues) problems[placeOf(field, set)] ??= message;
    return { configuration: null, problems };
  }
}

function placeOf(field: string, set: readonly string[]): ForkField {
  if (set.some((line) => line.split('=')[0]?.trim() === field)) return 'changes';
  if (field === 'training.steps') return 'steps';
  if (field === 'name') return 'name';
  return field.startsWith('objective') ? 'objective' : 'changes';
}
