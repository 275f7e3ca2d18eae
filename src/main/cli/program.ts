// The commands, and how every one of them ends: with an exit code and, where something was wrong, one sentence and what to do.
import { Command, CommanderError } from 'commander';
import { LabError, nextAction } from '../../shared/errors.ts';
import { labVersion } from '../version.ts';
import { analyseCommand } from './commands/analyse.ts';
import { compareCommand } from './commands/compare.ts';
import { corpusCommand } from './commands/corpus.ts';
import { demoCommand } from './commands/demo.ts';
import { enginesCommand } from './commands/engines.ts';
import { exportModelCommand } from './commands/export-model.ts';
import { forkCommand } from './commands/fork.ts';
import { importCommand } from './commands/import.ts';
import { importModelCommand } from './commands/import-model.ts';
import { inspectCommand } from './commands/inspect.ts';
import { pruneCommand } from './commands/prune.ts';
import { reportCommand } from './commands/report.ts';
import { resumeCommand } from './commands/resume.ts';
import { runsCommand } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { trainCommand } from './commands/train.ts';
import { exitCodeOf, exitCodes, exitCodeWords } from './exit-codes.ts';
import { commandName, type Io } from './io.ts';
import { type GlobalOptions, Session } from './session.ts';
import { guarded } from './terminal-text.ts';

/** The session of a command that is being carried out. */
export type SessionOf = (command: Command) => Session;

/** Carries out one command line; resolves to the exit code and never throws. */
export async function runCli(args: readonly string[], given: Io): Promise<number> {
  const io = guarded(given);
  let session = new Session(io, { json: args.includes('--json') }, args);
  const sessionOf: SessionOf = (command) => {
    session = new Session(io, command.optsWithGlobals<GlobalOptions>(), args);
    return session;
  };
  try {
    await programOf(io, sessionOf).parseAsync([...args], { from: 'user' });
    return session.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    const code = report(thrown, session);
    // An interrupt ends what it stopped with an error, and is what the exit code says.
    return session.exitCode || code;
  }
}

function programOf(io: Io, sessionOf: SessionOf): Command {
  const program = new Command('simbal')
    .description('Trains small mixture-of-experts language models and compares how their routers are balanced.')
    .version(labVersion(), '--version', 'tells the version')
    .option('--home <folder>', "where everything is kept (default: SIMBAL_HOME, else the user's data folder)")
    .option('--json', 'JSON instead of words: one document, JSON lines for progress')
    .showSuggestionAfterError()
    .addHelpText('after', `\nExit codes: ${exitCodeWords}.`)
    .configureHelp({ showGlobalOptions: true });
  const commands = [
    demoCommand,
    trainCommand,
    resumeCommand,
    forkCommand,
    compareCommand,
    reportCommand,
    analyseCommand,
    pruneCommand,
    inspectCommand,
    exportModelCommand,
    importModelCommand,
    runsCommand,
    corpusCommand,
    importCommand,
    enginesCommand,
    serveCommand,
  ];
  for (const command of commands) program.addCommand(command(sessionOf));
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err });
    command.configureHelp({ showGlobalOptions: true });
    const path = pathOf(command);
    command.showHelpAfterError(
      `(${commandName(io.env)} ${path}--help shows ${command.commands.length > 0 ? 'the commands' : 'its options'})`,
    );
  }
  return program;
}

/** 'runs show ', without the program's own name. */
const pathOf = (command: Command): string => (command.parent ? `${pathOf(command.parent)}${command.name()} ` : '');

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];

function report(thrown: unknown, session: Session): number {
  const { io, json } = session;
  const error = LabError.from(thrown);
  if (io.env.SIMBAL_DEBUG === '1' && thrown instanceof Error) io.err(`${thrown.stack}\n`);
  if (json) io.out(`${JSON.stringify({ error: error.toJSON() })}\n`);
  else io.err(`${error.message} ${session.pasteable(nextAction(error))}\n`);
  return exitCodeOf(error);
}
