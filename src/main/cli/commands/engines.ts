// simbal engines: what this machine can train with, whether it computes right, and how fast.
import { Command } from 'commander';
import { grouped } from '../../../charts/index.ts';
import type { SessionOf } from '../program.ts';
import { textTable } from '../text-table.ts';

export const enginesCommand = (sessionOf: SessionOf) =>
  new Command('engines')
    .description('shows what this machine can train with: self-test and measured speed')
    .option('--no-measure', 'leave out the speed, which takes some seconds')
    .action(async ({ measure }: { measure: boolean }, command: Command) => {
      const session = sessionOf(command);
      await session.withLab(async (lab) => {
        session.say('Trying the engines …');
        const engines = await lab.engines({ measure });
        session.result(engines, () => {
          const column = (label: string, values: string[], align: 'left' | 'right' = 'left') => ({
            label,
            values,
            align,
          });
          return textTable([
            column(
              'engine',
              engines.map(({ kind, chosenByDefault }) => `${kind}${chosenByDefault ? ' (default)' : ''}`),
            ),
            column(
              'runs here',
              engines.map(({ available }) => (available ? 'yes' : 'no')),
            ),
            column(
              'self-test',
              engines.map(({ selfTest }) => selfTest),
            ),
            column(
              'tokens/s',
              engines.map(({ tokensPerSecond }) => (tokensPerSecond === null ? '–' : grouped(tokensPerSecond))),
              'right',
            ),
            column(
              'device',
              engines.map(({ device, software }) => `${device || '–'}${software ? ' (software)' : ''}`),
            ),
            column(
              'remark',
              engines.map(({ message }) => message),
            ),
          ]);
        });
      });
    });
