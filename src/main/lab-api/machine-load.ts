// How busy the lab's machine is, between one question and the next.
import { cpus, freemem } from 'node:os';
import type { MachineLoad } from '../../shared/api.ts';

interface Times {
  busy: number;
  all: number;
}

/** Milliseconds that all cores together have been busy, and have been, since the machine began. */
function timesOf(cores: ReturnType<typeof cpus>): Times {
  const sum: Times = { busy: 0, all: 0 };
  for (const { times } of cores) {
    const { user, nice, sys, idle, irq } = times;
    sum.busy += user + nice + sys + irq;
    sum.all += user + nice + sys + irq + idle;
  }
  return sum;
}

/** Answers with the load since it was asked last; the first time, since it was made. */
export function machineLoad(read = { cpus, freemem }): () => MachineLoad {
  let before = timesOf(read.cpus());
  let share: number | null = null;
  return () => {
    const now = timesOf(read.cpus());
    // Asked again at once (by another page), the counters may stand still.
    if (now.all > before.all) {
      share = Math.min(1, Math.max(0, (now.busy - before.busy) / (now.all - before.all)));
      before = now;
    }
    return { cpu: share, freeMemory: read.freemem() };
  };
}
