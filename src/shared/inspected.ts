// What an inspection has told so far, gathered from its events: for a page that shows it while more comes, and for a command line
// that tells it at the end.
import type {
  DifferenceEvent,
  ExpertMatching,
  ExpertsInspection,
  HealthInspection,
  InspectionEvent,
  InspectorEvent,
  LabCheckpoint,
  LayerDrift,
  Outline,
  ParameterParts,
  Recognition,
  RouterDrift,
  RouterInspection,
  StoreListing,
} from './inspection.ts';

export interface InspectedDifference {
  outlines: { a: Outline; b: Outline } | null;
  recognitions: { a: Recognition; b: Recognition } | null;
  incomparable: readonly string[];
  matchings: readonly ExpertMatching[];
  routers: readonly RouterDrift[];
  layers: readonly LayerDrift[];
  mostChanged: Extract<DifferenceEvent, { type: 'most-changed' }>['tensors'];
}

export interface Inspected {
  outline: Outline | null;
  recognition: Recognition | null;
  parameters: ParameterParts | null;
  routers: readonly RouterInspection[];
  experts: readonly ExpertsInspection[];
  health: readonly HealthInspection[];
  checkpoint: LabCheckpoint | null;
  verification: { verified: boolean; reason: string | null } | null;
  /** The run of this lab whose checkpoint it is. */
  run: { run: string; step: number } | null;
  difference: InspectedDifference | null;
  store: StoreListing | null;
  /** Bytes read, of all. */
  progress: { done: number; total: number } | null;
  done: boolean;
}

export const nothingInspected: Inspected = {
  outline: null,
  recognition: null,
  parameters: null,
  routers: [],
  experts: [],
  health: [],
  checkpoint: null,
  verification: null,
  run: null,
  difference: null,
  store: null,
  progress: null,
  done: false,
};

const noDifference: InspectedDifference = {
  outlines: null,
  recognitions: null,
  incomparable: [],
  matchings: [],
  routers: [],
  layers: [],
  mostChanged: [],
};

/** Everything before, and this. */
export function withEvent(before: Inspected, told: InspectorEvent): Inspected {
  switch (told.of) {
    case 'model':
      return { ...before, ...ofModel(before, told.event) };
    case 'difference':
      return { ...before, ...ofDifference(before, told.event) };
    case 'lab checkpoint':
      return { ...before, checkpoint: told.checkpoint };
    case 'verification':
      return { ...before, verification: { verified: told.verified, reason: told.reason } };
    case 'run':
      return { ...before, run: { run: told.run, step: told.step } };
    case 'store':
      return { ...before, store: told.store, done: true };
  }
}

function ofModel({ routers, experts, health }: Inspected, event: InspectionEvent): Partial<Inspected> {
  switch (event.type) {
    case 'outline':
      return { outline: event.outline };
    case 'recognition':
      return { recognition: event.recognition };
    case 'parameters':
      return { parameters: event.parameters };
    case 'router':
      return { routers: [...routers, event.router] };
    case 'experts':
      return { experts: [...experts, event.experts] };
    case 'health':
      return { health: [...health, event.health] };
    case 'progress':
      return { progress: { done: event.done, total: event.total } };
    case 'done':
      return { done: true };
  }
}

function ofDifference({ difference }: Inspected, event: DifferenceEvent): Partial<Inspected> {
  const before = difference ?? noDifference;
  const now = (change: Partial<InspectedDifference>) => ({ difference: { ...before, ...change } });
  switch (event.type) {
    case 'outlines':
      return now({ outlines: { a: event.a, b: event.b } });
    case 'recognitions':
      return now({ recognitions: { a: event.a, b: event.b } });
    case 'incomparable':
      return now({ incomparable: event.reasons });
    case 'matching':
      return now({ matchings: [...before.matchings, event.matching] });
    case 'router-drift':
      return now({ routers: [...before.routers, event.router] });
    case 'layer-drift':
      return now({ layers: [...before.layers, event.drift] });
    case 'most-changed':
      return now({ mostChanged: event.tensors });
    case 'progress':
      return { progress: { done: event.done, total: event.total } };
    case 'done':
      return { done: true };
  }
}
