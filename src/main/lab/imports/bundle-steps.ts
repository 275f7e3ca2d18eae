// The steps of one segment out of its CSV file.
import { bundlePaths } from '../../../shared/bundle.ts';
import type { StepMetrics } from '../../../shared/worker-messages.ts';
import type { SegmentRow } from '../../store/index.ts';
import { broken, contentOf } from './bundle-rows.ts';

const fields = [
  ...['step', 'tokens', 'seconds', 'loss', 'crossEntropy', 'zLoss'],
  ...['gradientNorm', 'learningRate', 'tokensPerSecond', 'maxLoad'],
] as const;
const termPrefix = 'terms.';
/** Steps that are stored at once: some milliseconds of the lab's time. */
const batch = 128;
const mostColumns = 200;

/** In batches, ascending. @throws LabError 'request' at a cell that is no number, and at a step that is not after the one before */
export function* readSteps(folder: string, { id, run, fromStep }: SegmentRow): Generator<StepMetrics[]> {
  const path = bundlePaths.segment(run, id);
  const lines = linesOf(
    contentOf(folder, path)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
  const head = lines.next();
  if (head.done) return;
  const names = head.value.split(',').map((name) => name.replace(/^"(.*)"$/, '$1'));
  if (names.length > mostColumns || new Set(names).size !== names.length) {
    throw broken(path, `its ${names.length} columns are too many, or two of them have one name`);
  }
  const places = fields.map((field) => names.indexOf(field));
  const terms = names.flatMap((name, at) =>
    name.startsWith(termPrefix) ? [{ kind: name.slice(termPrefix.length), at }] : [],
  );
  let steps: StepMetrics[] = [];
  let line = 1;
  let newest = fromStep;
  for (const text of lines) {
    line += 1;
    const missing = line === 2 && fields.find((field) => !names.includes(field));
    if (missing) throw broken(path, `it has no column ${missing}`);
    const cells = text.split(',');
    const read = (at: number) => numberOf(cells[at], path, line, names[at]!);
    const step: Record<string, unknown> = {};
    for (const [index, field] of fields.entries()) step[field] = read(places[index]!);
    step.terms = Object.fromEntries(terms.filter(({ at }) => cells[at] !== '').map(({ kind, at }) => [kind, read(at)]));
    if (!Number.isSafeInteger(step.step) || (step.step as number) <= newest) {
      throw broken(path, `line ${line} is of step ${cells[places[0]!]}, which does not come after step ${newest}`);
    }
    newest = step.step as number;
    steps.push(step as unknown as StepMetrics);
    if (steps.length < batch) continue;
    yield steps;
    steps = [];
  }
  if (steps.length > 0) yield steps;
}

function* linesOf(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    const found = text.indexOf('\n', from);
    const to = found < 0 ? text.length : found;
    const line = text.slice(from, text[to - 1] === '\r' ? to - 1 : to);
    if (line !== '') yield line;
    from = to + 1;
  }
}

function numberOf(cell: string | undefined, path: string, line: number, name: string): number {
  if (cell === 'NaN') return Number.NaN;
  const value = cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
  if (!Number.isNaN(value)) return value;
  throw broken(path, `line ${line} has no number for ${name}`);
}
