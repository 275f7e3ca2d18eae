// A study job from its message to its last event.
import type { StudyJob } from '../../shared/studies/study.ts';
import type { JobEvent } from '../job-event.ts';
import { studies } from './registry.ts';

/** Ends with `studied`: completed where every part is stored or sent. @throws LabError where it fails */
export async function* runStudy(job: StudyJob, pause: AbortSignal): AsyncGenerator<JobEvent, void> {
  let missing = Number.POSITIVE_INFINITY;
  for await (const step of studies[job.request.kind](job, pause)) {
    switch (step.type) {
      case 'started':
        missing = step.total - job.stored.length;
        yield { type: 'study-started', provenance: step.provenance, total: step.total };
        break;
      case 'part':
        missing--;
        yield { type: 'study-part', part: step.part };
        break;
      case 'progress':
        yield step;
    }
  }
  yield { type: 'studied', outcome: missing > 0 ? 'stopped' : 'completed' };
}
