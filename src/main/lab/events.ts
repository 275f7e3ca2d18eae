// Events as they go through the lab.
import type { LabEvent } from '../../shared/lab-events.ts';

export type { LabEvent } from '../../shared/lab-events.ts';

export type Emit = (event: LabEvent) => void;
