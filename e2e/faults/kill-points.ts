// The moments at which something is killed: before and after named calls, and at random. One seed gives one sequence.

/** How many calls of a kind one checkpoint makes; of writes, about as many as the small model has tensors and moments. */
const callsOfACheckpoint = { mkdir: 1, open: 5, write: 36, sync: 5, rename: 2, rm: 1 };

type WorkerCall = keyof typeof callsOfACheckpoint;
export type When = 'before' | 'after';

/** The `nth` call of its kind, from 1: in the `checkpoint`-th checkpoint that a worker writes, or of a lab's transactions or scripts. */
export type KillPoint =
  /** `lab`: it is killed as well. */
  | { role: 'worker'; call: WorkerCall; when: When; nth: number; checkpoint: number; lab: boolean }
  | { role: 'lab'; call: 'commit' | 'statement'; when: When; nth: number };

export interface RandomKill {
  victim: 'worker' | 'lab' | 'both';
  /** Milliseconds after the lab was launched, or after its worker said that it had started. */
  delay: number;
  since: 'launch' | 'start';
}

export type Kill = { kind: 'forced'; at: KillPoint } | { kind: 'random'; at: RandomKill };

/** Numbers in [0, 1) that a seed gives again (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function nextKill(random: () => number): Kill {
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const oneOf = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const when = oneOf(['before', 'after'] as const);
  switch (oneOf(['worker', 'worker', 'lab', 'random', 'random'] as const)) {
    case 'worker': {
      const call = oneOf(Object.keys(callsOfACheckpoint) as WorkerCall[]);
      const nth = upTo(callsOfACheckpoint[call]);
      return { kind: 'forced', at: { role: 'worker', call, when, nth, checkpoint: upTo(4), lab: random() < 0.5 } };
    }
    case 'lab':
      return { kind: 'forced', at: { role: 'lab', call: 'commit', when, nth: upTo(40) } };
    case 'random': {
      const victim = oneOf(['worker', 'lab', 'both'] as const);
      const early = victim === 'lab' && random() < 0.4;
      return {
        kind: 'random',
        at: { victim, delay: random() * (early ? 1500 : 400), since: early ? 'launch' : 'start' },
      };
    }
  }
}

export const killText = ({ kind, at }: Kill): string =>
  kind === 'random'
    ? `${at.victim}, ${Math.round(at.delay)} ms after ${at.since === 'launch' ? 'the launch' : 'its start'}`
    : at.role === 'lab'
      ? `lab, ${at.when} commit ${at.nth}`
      : `worker${at.lab ? ' and lab' : ''}, ${at.when} ${at.call} ${at.nth} of checkpoint ${at.checkpoint}`;
