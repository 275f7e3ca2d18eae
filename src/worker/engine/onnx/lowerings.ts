// The two traced backends: the same graph but for how rows are grouped by expert.
import { tf } from '../tf.ts';
import { attention } from './lower/attention.ts';
import { elementwise } from './lower/elementwise.ts';
import { expertsPadded } from './lower/experts-padded.ts';
import { expertsRagged } from './lower/experts-ragged.ts';
import { gated } from './lower/gated.ts';
import { addRowsAtomically, addRowsInOrder, loss } from './lower/loss.ts';
import { normalisation } from './lower/normalisation.ts';
import { reductions } from './lower/reductions.ts';
import { registerLowerings } from './lower/register.ts';
import { shapes } from './lower/shapes.ts';
import { TraceBackend } from './trace-backend.ts';

/** ragged: each expert's rows a tensor of their own. padded: E blocks of equal capacity, static shapes. */
export type Grouping = 'ragged' | 'padded';

const common = { ...elementwise, ...shapes, ...reductions, ...normalisation, ...attention, ...gated };
const own = {
  ragged: { ...loss(addRowsInOrder), ...expertsRagged },
  padded: { ...loss(addRowsAtomically), ...expertsPadded },
};

function register(grouping: Grouping): { name: string; backend: TraceBackend } {
  const name = `onnx-${grouping}`;
  const backend = new TraceBackend();
  tf.registerBackend(name, () => backend, 0);
  registerLowerings(name, backend, { ...common, ...own[grouping] });
  return { name, backend };
}

export const traceBackends: Record<Grouping, { name: string; backend: TraceBackend }> = {
  ragged: register('ragged'),
  padded: register('padded'),
};
