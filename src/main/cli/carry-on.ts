// One run to its end and what came of it, as resume and fork tell it.
import { compare, type Lab } from '../lab/index.ts';
import { plain } from '../lab/text.ts';
import type { RunRow } from '../store/index.ts';
import { carryOut } from './carry-out.ts';
import { comparisonText } from './comparison-text.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

export async function carryOn(lab: Lab, run: RunRow, session: Session, progress: Progress): Promise<void> {
  progress.watch({ id: run.id, label: run.name, steps: run.configuration.training.steps });
  const { runs } = await carryOut(lab, [run.id], session, progress);
  const ended = runs.map(({ id, name, status, message }) => ({ id, name, status, message }));
  if (session.json) session.io.out(`${JSON.stringify({ type: 'result', runs: ended })}\n`);
  else if (session.exitCode === 0) {
    session.io.out(`\n${comparisonText(compare(lab.store, [run.id]))}\nThe run: ${run.id} "${plain(run.name)}"\n`);
  }
}
