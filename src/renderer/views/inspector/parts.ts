// Colours of the parts of a model.
import { runColour } from '../../../charts/index.ts';
import type { Part } from '../../../shared/inspection.ts';

const colours: Readonly<Record<Part, string>> = {
  embedding: runColour('sky'),
  attention: runColour('blue'),
  router: runColour('vermillion'),
  experts: runColour('green'),
  shared: runColour('green', 2),
  dense: runColour('purple'),
  norms: runColour('grey', 2),
  head: runColour('sky', 1),
  other: runColour('grey'),
};

export const partColour = (part: Part): string => colours[part];
