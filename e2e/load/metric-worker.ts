// A worker that reports as the real one does, as fast as it is acknowledged, and computes nothing: the lab's part of training
// is all that is left.
import { inventedStart } from '../../bench/sides/compare-home.ts';
import type { TrainingJob, WorkerCommand, WorkerEvent } from '../../src/shared/worker-messages.ts';
import { Outbox } from '../../src/worker/outbox.ts';
import { StepBuffer } from '../../src/worker/train/step-buffer.ts';
import { InventedMetrics } from './invented-metrics.ts';

/** Evaluations of a run. */
const evaluations = 20;

const send = (event: WorkerEvent) =>
  new Promise<void>((resolve) => process.send!(event, undefined, {}, () => resolve()));
const outbox = new Outbox(send);
let pausing = false;

async function train({ configuration }: TrainingJob): Promise<void> {
  const { steps } = configuration.training;
  const invented = new InventedMetrics(configuration);
  const buffer = new StepBuffer();
  const flush = async () => {
    for (const event of buffer.flush()) await outbox.send(event);
  };
  await outbox.send({ type: 'started', start: inventedStart });
  let step = 0;
  while (step < steps && !pausing) {
    step += 1;
    buffer.add(invented.step(step));
    if (buffer.due) await flush();
    if (step % Math.ceil(steps / evaluations) === 0) {
      await flush();
      await outbox.send({ type: 'evaluation', evaluation: invented.evaluation(step) });
    }
  }
  await flush();
  const outcome = step < steps ? 'paused' : 'completed';
  await outbox.send({ type: 'finished', outcome, step, checkpoint: null });
  process.exit(0);
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (command: WorkerCommand) => {
  if (command.type === 'train') void train(command.job);
  else if (command.type === 'pause') pausing = true;
  else if (command.type === 'acknowledge') outbox.acknowledge(command.sequence);
});
setInterval(() => process.stdout.write('.'), 1000);
void send({ type: 'ready', process: process.pid });
