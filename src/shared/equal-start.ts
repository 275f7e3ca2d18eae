// How equal runs began, in one sentence that follows from their hashes.
import type { EqualStart } from './comparison.ts';

/** Of several runs that have all begun. `proven` where nothing but the objective can tell them apart. */
export function equalStartSentence({ equal, ofOneSeed }: EqualStart): { proven: boolean; sentence: string } {
  const { initHash, initHashWithoutRouters, dataHash } = ofOneSeed ?? equal;
  const which = ofOneSeed ? 'runs of one seed' : 'runs';
  const parameters = initHash
    ? 'the same parameters'
    : initHashWithoutRouters
      ? 'the same parameters but for the routers'
      : 'different parameters';
  const data = dataHash ? 'the same data in the same order' : 'different data or another order';
  const proven = initHash && dataHash;
  const subject = proven ? `All ${which}` : ofOneSeed ? 'Runs of one seed' : 'The runs';
  return { proven, sentence: `${subject} started from ${parameters} and saw ${data}, as their hashes prove` };
}
