// How an engine holds the parameters: each on its own, or the E members of a group as one stacked tensor.
import type { ParameterSpecification } from '../../model/parameters.ts';

/** One tensor of the engine's state. Stacked, its members follow each other in memory. */
export interface Slot {
  name: string;
  shape: readonly number[];
  length: number;
  /** Rank-2 parameters; the others (gains of norms) are vectors. */
  matrix: boolean;
  members: readonly ParameterSpecification[];
}

const lengthOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

const slotOf = (name: string, shape: readonly number[], members: readonly ParameterSpecification[]): Slot => ({
  name,
  shape,
  length: lengthOf(shape),
  matrix: members[0]!.shape.length > 1,
  members,
});

export const separateSlots = (parameters: readonly ParameterSpecification[]): Slot[] =>
  parameters.map((parameter) => slotOf(parameter.name, parameter.shape, [parameter]));

export function stackedSlots(parameters: readonly ParameterSpecification[]): Slot[] {
  const groups = Map.groupBy(parameters, (parameter) => parameter.group ?? parameter.name);
  return [...groups].map(([name, members]) =>
    members[0]!.group === undefined
      ? slotOf(name, members[0]!.shape, members)
      : slotOf(name, [members.length, ...members[0]!.shape], members),
  );
}

/** Where a parameter lies in its slot, in floats. */
export interface Place {
  slot: Slot;
  start: number;
  length: number;
}

export function places(slots: readonly Slot[]): Map<string, Place> {
  return new Map(
    slots.flatMap((slot) => {
      const length = slot.length / slot.members.length;
      return slot.members.map(({ name }, index): [string, Place] => [name, { slot, start: index * length, length }]);
    }),
  );
}
