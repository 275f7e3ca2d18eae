// What each evaluation measured, as charts over training: means over layers, each with its unit.
import type { Evaluation } from '../../../shared/worker-messages.ts';

export interface Measure {
  key: string;
  title: string;
  about: string;
  unit: string;
  log?: boolean;
  zero?: boolean;
  read: (evaluation: Evaluation) => number | null;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export const validationLoss: Measure = {
  key: 'loss',
  title: 'Validation loss',
  about: 'at each evaluation',
  unit: 'cross-entropy (nats a token)',
  log: true,
  read: ({ loss }) => loss,
};

export const uniqueExperts: Measure = {
  key: 'unique',
  title: 'Unique experts',
  about: 'that any validation token was routed to, mean over layers',
  unit: 'experts a layer',
  read: ({ routing }) => routing && mean(routing.uniqueExperts),
};

export const minimumPes: Measure = {
  key: 'pes',
  title: 'Min PES',
  about: 'similarity of experts in the layer where it is lowest; lower is less redundant',
  unit: 'pairwise expert similarity',
  read: ({ similarity }) => similarity && similarity.minimum,
};

export const orthogonality: Measure = {
  key: 'orthogonality',
  title: 'Router orthogonality',
  about: 'mean of the entries of (RᵀR − I)², over layers; 0 is orthonormal',
  unit: 'mean (RᵀR − I)²',
  log: true,
  read: ({ routing }) => routing && mean(routing.orthogonalityMeanSquare),
};

export const balanceMeasures: readonly Measure[] = [
  {
    key: 'maxViolation',
    title: 'MaxVio',
    about: 'largest load over mean load, less 1; 0 is perfect balance',
    unit: 'MaxVio, mean over layers',
    zero: true,
    read: ({ routing }) => routing && mean(routing.maxViolation),
  },
  {
    key: 'gini',
    title: 'Gini',
    about: 'inequality of the loads; 0 is perfect balance',
    unit: 'Gini coefficient, mean over layers',
    zero: true,
    read: ({ routing }) => routing && mean(routing.gini),
  },
  {
    key: 'entropy',
    title: 'Routing entropy',
    about: 'of the router softmax',
    unit: 'nats, mean over layers',
    read: ({ routing }) => routing && mean(routing.entropy),
  },
  {
    key: 'seu',
    title: 'SEU',
    about: 'share of the experts that one sequence uses',
    unit: 'share of experts, mean over layers',
    read: ({ routing }) => routing && mean(routing.sequenceExpertUtilization),
  },
];
