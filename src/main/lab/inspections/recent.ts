// What was inspected last, in a small file of the home folder. That it cannot be read or written keeps nobody from inspecting.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { InspectorEvent, RecentInspection } from '../../../shared/inspection.ts';

const mostRecent = 20;
const entry = z.strictObject({
  paths: z.array(z.string().max(4096)).min(1).max(1000),
  what: z.string().max(300),
  when: z.string().max(40),
});

/** The newest first. */
export function readRecent(file: string): RecentInspection[] {
  try {
    return z
      .array(entry)
      .max(mostRecent)
      .parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}

/** Puts it first, and only there. */
export function remember(file: string, paths: string[], what: string): void {
  const others = readRecent(file).filter((other) => other.paths.join('\n') !== paths.join('\n'));
  const recent = [{ paths, what: what.slice(0, 300), when: new Date().toISOString() }, ...others].slice(0, mostRecent);
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(recent, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch {
    // A full or read-only disk: the list is a convenience.
  }
}

/** What the first events say it is; null for those that do not. */
export function whatItIs(event: InspectorEvent): string | null {
  if (event.of === 'store')
    return event.store.runCount === 1 ? 'a store of one run' : `a store of ${event.store.runCount} runs`;
  if (event.of === 'model' && event.event.type === 'recognition') return event.event.recognition.label;
  if (event.of === 'difference' && event.event.type === 'recognitions') {
    const { a, b } = event.event;
    return a.label === b.label ? `two models, ${a.label}` : `${a.label} and ${b.label}`;
  }
  return null;
}
