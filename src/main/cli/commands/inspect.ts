// simbal inspect: what a checkpoint of any origin holds; two are compared. It needs no lab.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { byteSize } from '../../../charts/index.ts';
import { type Inspected, nothingInspected, withEvent } from '../../../shared/inspected.ts';
import { nodeWorkers, readerFile } from '../../compute/index.ts';
import { type Inspections, inspectionsOver } from '../../lab/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { inspectionText, tensorText } from '../inspection-text.ts';
import type { SessionOf } from '../program.ts';
import { share } from '../progress.ts';
import type { Session } from '../session.ts';
import { StatusLine } from '../status-line.ts';

interface InspectOptions {
  tensor?: string;
  routers?: boolean;
}

export const inspectCommand = (sessionOf: SessionOf) =>
  new Command('inspect')
    .description(
      'what routers and experts of a checkpoint are like; of two, what changed; of the store of a lab, its runs',
    )
    .argument('<paths...>', 'a .safetensors file, a folder of shards, an index, a checkpoint or the home of a lab')
    .option('--routers', 'the routers alone: little to read in a model of any size')
    .option('--tensor <name>', 'statistics and histogram of one tensor')
    .action(async (paths: string[], options: InspectOptions, command: Command) => {
      const session = sessionOf(command);
      const { io } = session;
      const inspections = inspectionsOver({
        launch: io.launch ?? nodeWorkers(),
        launchReader: nodeWorkers(readerFile()),
      });
      const interrupted = new AbortController();
      const listening = io.onInterrupt(() => {
        session.exitCode = exitCodes.interrupted;
        interrupted.abort();
      });
      try {
        const full = paths.map((path) => resolve(io.folder, path));
        if (options.tensor === undefined) await tell(inspections, full, options, session, interrupted.signal);
        else {
          const statistics = await inspections.tensor(full, options.tensor, interrupted.signal);
          session.result(statistics, () => tensorText(statistics));
        }
      } catch (thrown) {
        if (!interrupted.signal.aborted) throw thrown;
      } finally {
        listening();
        await inspections.end();
      }
    });

async function tell(
  inspections: Inspections,
  paths: readonly string[],
  { routers }: InspectOptions,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  const status = new StatusLine(session.io);
  const id = inspections.open(paths, routers ? 'routers' : 'everything');
  let inspected: Inspected = nothingInspected;
  try {
    for (let ended = false; !ended; ) {
      const taken = await inspections.next(id, signal);
      ended = taken.ended;
      inspected = taken.events.reduce(withEvent, inspected);
      const { progress } = inspected;
      if (progress && !session.json) status.rewrite(`reading ${share(progress)} of ${byteSize(progress.total)}`);
    }
  } finally {
    status.erase();
  }
  if (signal.aborted) return;
  const { progress, done, ...data } = inspected;
  session.result(plainData(data), () => inspectionText(inspected));
}

/** Typed arrays as lists, which JSON can say. */
const plainData = (data: unknown): unknown =>
  JSON.parse(
    JSON.stringify(data, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value)),
  );
