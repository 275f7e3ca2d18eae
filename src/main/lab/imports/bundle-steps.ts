// The steps of one segment out of its CSV file.
import type { StepMetrics } from '../../../shared/worker-messages.ts';
import { broken, contentOf } from './bundle-rows.ts';

const fields = [
  ...['step', 'tokens', 'seconds', 'loss', 'crossEntropy', 'zLoss'],
  ...['gradientNorm', 'learningRate', 'tokensPerSecond', 'maxLoad'],
] as const;
const termPrefix = 'terms.';
const batch = 5000;

/** In batches, ascending. @throws LabError 'request' at a cell that is no number */
export function* readSteps(folder: string, path: string): Generator<StepMetrics[]> {
  const lines = linesOf(
    contentOf(folder, path)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
  const head = lines.next();
  if (head.done) return;
  const names = head.value.split(',').map((name) => name.replace(/^"(.*)"$/, '$1'));
  const places = fields.map((field) => names.indexOf(field));
  const terms = names.flatMap((name, at) =>
    name.startsWith(termPrefix) ? [{ kind: name.slice(termPrefix.length), at }] : [],
  );
  let steps: StepMetrics[] = [];
  let line = 1;
  for (const text of lines) {
    line += 1;
    const missing = line === 2 && fields.find((field) => !names.includes(field));
    if (missing) throw broken(path, `it has no column ${missing}`);
    const cells = text.split(',');
    const read = (at: number) => numberOf(cells[at], path, line, names[at]!);
    const step: Record<string, unknown> = {};
    for (const [index, field] of fields.entries()) step[field] = read(places[index]!);
    step.terms = Object.fromEntries(terms.filter(({ at }) => cells[at] !== '').map(({ kind, at }) => [kind, read(at)]));
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
