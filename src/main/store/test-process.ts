// What the tests run as another process: node test-process.ts open|append|'open as nobody' HOME. Says each thing it has done as one line.
import { writeSync } from 'node:fs';
import { LabError } from '../../shared/errors.ts';
import { openStore, type Store } from './index.ts';
import { sampleEvaluation, sampleRun, sampleSegment, sampleStep } from './sample-data.ts';

const [command, home] = process.argv.slice(2);
const say = (text: string) => writeSync(1, `${text}\n`);

// What is loaded by now may lie where the superuser alone may read.
if (command === 'open as nobody') process.setuid!(65_534);

try {
  const store = openStore(home!);
  say('open');
  if (command === 'append') append(store);
  // Stays open until it is killed.
  else setInterval(() => {}, 60_000);
} catch (error) {
  say(error instanceof LabError ? `refused ${JSON.stringify(error)}` : `broken ${error}`);
}

/** Appends batches to the home's one run for as long as it lives, and names the last step after each commit. */
function append(store: Store): void {
  store.recover();
  const run = store.runs.list()[0] ?? sampleRun(store);
  store.runs.setStatus(run.id, 'running');
  let step = store.metrics.last(run.id)?.step ?? 0;
  const segment = sampleSegment(store, run.id, step);
  for (;;) {
    const size = 1 + (step % 7);
    store.metrics.append(
      segment,
      Array.from({ length: size }, (_, index) => sampleStep(step + index + 1)),
    );
    step += size;
    say(`steps ${step}`);
    store.evaluations.add(segment, sampleEvaluation(step));
    store.checkpoints.add(segment, { step, folder: `step-${step}`, hashes: {}, bytes: 1 });
    say(`checkpoint ${step}`);
  }
}
