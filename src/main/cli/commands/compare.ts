// simbal compare: runs side by side, in the terminal or as a page.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { compare, findRun } from '../../lab/index.ts';
import { reportPage } from '../../lab/report-page.ts';
import { comparisonText } from '../comparison-text.ts';
import { timeText } from '../options.ts';
import type { SessionOf } from '../program.ts';
import { noLab, quoted } from '../session.ts';
import { writeText } from '../write-text.ts';

export const compareCommand = (sessionOf: SessionOf) =>
  new Command('compare')
    .description('shows runs side by side')
    .argument('<runs...>', 'ids or names')
    .option('--html <file>', 'write the comparison as a page that stands alone')
    .action((names: string[], { html }: { html?: string }, command: Command) => {
      const session = sessionOf(command);
      session.withStore((store) => {
        if (!store) throw noLab(session.home);
        const ids = names.map((name) => findRun(store, name).id);
        const comparison = compare(store, ids);
        const file = html === undefined ? undefined : resolve(session.io.folder, html);
        if (html !== undefined && file) {
          const again = [session.command(`compare ${ids.join(' ')} --html ${quoted(html)}`)];
          writeText(file, reportPage(comparison, { made: timeText(new Date()), again }));
        }
        const written = file ? `\nThe page with all curves: ${file}\n` : '';
        session.result({ ...comparison, ...(file && { page: file }) }, () => `${comparisonText(comparison)}${written}`);
      });
    });
