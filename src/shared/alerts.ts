// What the lab noticed while a run was trained: kept as an event of kind 'alert' whose data is an Alert, and told as it is.
import { z } from 'zod';
import type { EventRow } from './records.ts';

export const alertDetectors = [
  'dead-experts',
  'collapse',
  'orthogonality-lost',
  'loss-spike',
  'not-finite',
  'gradient-explosion',
] as const;
export type AlertDetector = (typeof alertDetectors)[number];

/** In a title. */
export const alertNames: Readonly<Record<AlertDetector, string>> = {
  'dead-experts': 'Dead experts',
  collapse: 'Routing collapses',
  'orthogonality-lost': 'Orthogonality lost',
  'loss-spike': 'Loss spike',
  'not-finite': 'Not finite',
  'gradient-explosion': 'Gradients explode',
};

/** What it means, and what can be done; a sentence or two. */
export const alertMeanings: Readonly<Record<AlertDetector, string>> = {
  'dead-experts':
    'Experts that receive nothing learn nothing, and mostly stay dead. Their parameters are paid for and do no work.',
  collapse:
    'Ever fewer experts do ever more of the work, and it feeds on itself. More balancing, or less learning rate, from before it began helps.',
  'orthogonality-lost':
    'The balancing term is outweighed by the rest of the loss: its coefficient is too small for this learning rate, or the router has diverged.',
  'loss-spike':
    'Mostly a bad batch at a high learning rate. Many spikes pass by themselves; one that stays is undone by going back to before it.',
  'not-finite':
    'The run stopped before anything was updated with it. A smaller learning rate from the last checkpoint helps mostly.',
  'gradient-explosion':
    'Every step is a clipped one: its direction is kept, its length is not. A spike of the loss often follows.',
};

const step = z.int().min(0);

const alertSchema = z.object({
  detector: z.enum(alertDetectors),
  severity: z.enum(['warning', 'critical']),
  /** From 0: where it is worst; null where it is of the whole model. */
  layer: z.int().min(0).nullable(),
  /** All layers that it is in; empty where it is of the whole model. */
  layers: z.array(z.int().min(0)),
  /** What was measured and what it passed; null where no number says it. */
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  /** At which it was noticed. */
  step,
  /** Step of the newest checkpoint from before it began; null without one. */
  checkpoint: step.nullable(),
  /** One sentence or two. */
  message: z.string(),
});

export type Alert = z.infer<typeof alertSchema>;

export const alertKind = 'alert';

/** The alert of a stored event; null for every other event. */
export function alertOf({ kind, data }: Pick<EventRow, 'kind' | 'data'>): Alert | null {
  return kind === alertKind ? (alertSchema.safeParse(data).data ?? null) : null;
}
