// The one list of what each section is made of.
import type { ReportSection } from '../../../../shared/report.ts';
import type { Block } from '../document.ts';
import type { ReportSource } from '../source.ts';
import { again } from './again.ts';
import { answer } from './answer.ts';
import { balance } from './balance.ts';
import { configuration } from './configuration.ts';
import { events } from './events.ts';
import { loss } from './loss.ts';
import { provenance } from './provenance.ts';
import { dropTop, pruning } from './pruning.ts';
import { runs } from './runs.ts';
import { similarity } from './similarity.ts';
import { speed } from './speed.ts';
import { speedUp } from './speed-up.ts';
import { start } from './start.ts';
import { utilization } from './utilization.ts';

/** All but the definitions, which follow from the others. */
export const sectionBlocks: Readonly<Record<Exclude<ReportSection, 'measures'>, (source: ReportSource) => Block[]>> = {
  answer,
  runs,
  loss,
  'speed-up': speedUp,
  utilization,
  balance,
  similarity,
  'drop-top': dropTop,
  pruning,
  speed,
  configuration,
  start,
  events,
  provenance,
  again,
};
