// Two labs that open one home at the same instant: one gets it, the other is told so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from './example-home.ts';

const script = join(import.meta.dirname, 'race-process.ts');

/** @returns how often each of the two won. @throws Error where not exactly one did */
export async function raceForHome(times: number): Promise<Record<'first' | 'second', number>> {
  const { folder, remove } = temporaryFolder();
  const home = join(folder, 'home');
  const racers = [0, 1].map(() => {
    const child = spawn(process.execPath, [script, home], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (text: string) => {
      child.stdin.write(`${text}\n`);
      return (await lines.next()).value as string;
    };
    return { child, ask };
  });
  const both = (text: string) => Promise.all(racers.map(({ ask }) => ask(text)));
  const wins = { first: 0, second: 0 };
  try {
    await both('ready');
    for (let time = 1; time <= times; time++) {
      const answers = await both('open');
      const others = racers.map(({ child }) => child.pid).filter((_, index) => answers[index] !== 'open');
      const [winner] = racers.filter((_, index) => answers[index] === 'open');
      if (others.length !== 1) throw new Error(`Race ${time}: ${answers.join(' | ')}`);
      const refused = answers.find((answer) => answer !== 'open')!;
      if (refused !== `refused ${winner!.child.pid}`) throw new Error(`Race ${time}: the other was told ${refused}`);
      wins[answers[0] === 'open' ? 'first' : 'second'] += 1;
      await both('close');
    }
    return wins;
  } finally {
    for (const { child } of racers) {
      child.stdin.end();
      await once(child, 'close');
    }
    remove();
  }
}
