// What a run that ended has left: what is not lost as far as it is known, and what can be done with it.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type LabError, nextAction } from '../../shared/errors.ts';
import type { Failure } from '../../shared/failure.ts';
import type { CheckpointRecord } from '../../shared/worker-messages.ts';
import type { CheckpointRow, ReadOnlyStore, RunRow } from '../store/index.ts';
import { quoted, shown } from './text.ts';

type Known = Pick<ReadOnlyStore, 'checkpoints' | 'corpora' | 'runs'>;
type Safety = Pick<Failure, 'safe' | 'action' | 'checkpoint' | 'damaged'>;

const resume = 'Resume the run to go on from there.';

/** @param step the newest one with metrics */
export function safetyOf(store: Known, { id, parent }: RunRow, step: number, error: LabError | null): Safety {
  const [newest, ...earlier] = store.checkpoints.list(id).reverse();
  if (!newest) {
    const anew = parent
      ? `There is no checkpoint of its own yet: it begins again at step ${parent.step} of ${shown(store.runs.get(parent.run).name)} when it is resumed.`
      : 'There is no checkpoint yet: it starts anew when it is resumed.';
    return { safe: anew, action: resume, checkpoint: null, damaged: null };
  }
  if (isSound(newest, error)) {
    const metrics = step > newest.step ? ` and the metrics up to step ${step} are` : ' is';
    const safe = `The checkpoint of step ${newest.step}${metrics} safe.`;
    return { safe, action: resume, checkpoint: newest.step, damaged: null };
  }
  const damaged = newest.step;
  const lost = `The metrics are safe, but the run cannot go on from its checkpoint of step ${damaged}.`;
  const sound = earlier.find((other) => isSound(other, error));
  if (!sound) return { safe: `${lost} There is no other.`, action: 'Train the run again.', checkpoint: null, damaged };
  const safe = `${lost} That of step ${sound.step} is there.`;
  return { safe, action: `Fork the run at step ${sound.step}.`, checkpoint: sound.step, damaged };
}

/** Of a run that stopped with this error. */
export function failureOf(store: Known, run: RunRow, step: number, error: LabError): Failure {
  const safety = safetyOf(store, run, step, error);
  const own = safety.damaged !== null && safety.action;
  return {
    ...safety,
    code: error.code,
    what: ended(whatHappened(store, run, error)),
    action: own || actionFor(store, run, error, safety),
  };
}

export const failureText = ({ what, safe, action }: Failure): string => `${what} ${safe} ${action}`;

/** With names that a person knows in front of paths. */
function whatHappened(store: Known, run: RunRow, { code, message }: LabError): string {
  if (code === 'corpus') return `The corpus ${shown(run.configuration.corpus)} cannot be trained on: ${message}`;
  return (code === 'checkpoint' && unreadable(store.checkpoints.list(run.id), message)?.words) || message;
}

/** Which of these checkpoints the words refuse, and the same words with its step in place of its folder; null where none. */
export function unreadable(
  checkpoints: readonly Pick<CheckpointRow, 'step' | 'folder'>[],
  message: string,
): { step: number; words: string } | null {
  const named = checkpoints.find(({ folder }) => message.includes(folder));
  if (!named) return null;
  const reason = message.slice(message.indexOf(named.folder) + named.folder.length);
  const file = reason.replace(/^[/\\]([^:]*)/, ' ($1)');
  return { step: named.step, words: `The checkpoint of step ${named.step} cannot be read${file}` };
}

function actionFor(store: Known, run: RunRow, error: LabError, { action, checkpoint }: Safety): string {
  if (error.code === 'not-finite') {
    const from = checkpoint === null ? 'Start again' : `Go on from step ${checkpoint}`;
    return `${from} with a lower training.learningRate or training.clip: as it is, it would fail at the same step again.`;
  }
  if (error.code === 'corpus') {
    const { description, sources } = store.corpora.get(run.corpusHash);
    if (sources.some(({ preset }) => preset))
      return `Remove ${description.folder} and start simbal demo or simbal train once, which prepare that text again; then resume the run.`;
    const paths = sources.map(({ path }) => quoted(path)).join(' ');
    if (paths === '') return nextAction(error);
    const command = `simbal corpus add ${paths} --name ${quoted(description.name)} --tokenizer ${description.tokenizer}`;
    return `Add it again from its sources, which have to be as they were (${command}), then resume the run.`;
  }
  return error.remedy ?? action;
}

const ended = (text: string) => (/[.!?]["”)]?$/.test(text.trimEnd()) ? text : `${text.trimEnd()}.`);

/** Whether its files are there in the size they were written, and the error does not speak of them. Their content is not read. */
function isSound({ folder, hashes, bytes }: CheckpointRecord, error: LabError | null): boolean {
  if (error?.code === 'checkpoint' && error.message.includes(folder)) return false;
  try {
    return Object.keys(hashes).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) === bytes;
  } catch {
    return false;
  }
}
