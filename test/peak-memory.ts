// The most memory that a process of its own has held while it did something, as the system counts it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// Linux counts what the parent held when it forked into a child's maxRSS, and not into the peak of its address space.
const peak = existsSync('/proc/self/status')
  ? `Number(/VmHWM:\\s+(\\d+)/.exec((await import('node:fs')).readFileSync('/proc/self/status', 'utf8'))[1])`
  : 'process.resourceUsage().maxRSS';

/**
 * Runs the body of a module (with `await`) in a process of its own and counts what it held at most beyond what it began with.
 * @param imports by name, of file URLs
 * @returns megabytes, and what it wrote to standard output
 */
export function peakMemory(imports: Record<string, URL>, body: string): { megabytes: number; output: string } {
  const program = [
    ...Object.entries(imports).map(([names, url]) => `import { ${names} } from ${JSON.stringify(url.href)};`),
    'const before = process.memoryUsage().rss / 1024;',
    body,
    `console.error('peak ' + (Math.round((${peak})) - Math.round(before)));`,
  ];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=4096', '--input-type=module', '--eval', program.join('\n')],
    { encoding: 'utf8' },
  );
  const kilobytes = /^peak (\d+)$/m.exec(stderr)?.[1];
  if (status !== 0 || kilobytes === undefined)
    throw new Error(`The process ended with ${status}: ${stderr.slice(-2000)}`);
  return { megabytes: Number(kilobytes) / 1024, output: stdout };
}
