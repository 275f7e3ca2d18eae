// simbal corpus: adds text to train on, and shows what is there.
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { abbreviated, byteSize, grouped } from '../../../charts/index.ts';
import type { CorpusSource, TokenizerName } from '../../../shared/worker-messages.ts';
import { findCorpus } from '../../lab/index.ts';
import { plain } from '../../lab/text.ts';
import type { CorpusRow } from '../../store/index.ts';
import { exitCodes } from '../exit-codes.ts';
import type { SessionOf } from '../program.ts';
import { Progress } from '../progress.ts';
import { noLab } from '../session.ts';
import { textTable } from '../text-table.ts';

interface AddOptions {
  name: string;
  tokenizer: TokenizerName;
  validation: string;
  textField?: string;
  domainBy?: CorpusSource['domainBy'];
  domainField?: string;
}

export function corpusCommand(sessionOf: SessionOf): Command {
  const corpus = new Command('corpus').description('adds, lists and shows the text that runs train on');
  corpus.addCommand(addCommand(sessionOf)).addCommand(listCommand(sessionOf)).addCommand(showCommand(sessionOf));
  return corpus;
}

const addCommand = (sessionOf: SessionOf) =>
  new Command('add')
    .description('prepares files and folders of text (.txt, .jsonl, source code …) as a corpus')
    .argument('<paths...>', 'files and folders')
    .requiredOption('--name <name>', 'what it is called')
    .addOption(new Option('--tokenizer <name>').choices(['bytes', 'gpt2', 'cl100k_base']).default('bytes'))
    .option('--validation <share>', 'share of the documents kept for validation', '0.05')
    .option('--text-field <field>', 'field of a .jsonl line that holds the text')
    .addOption(
      new Option('--domain-by <what>', "what labels a document's domain").choices([
        'folder',
        'extension',
        'field',
        'none',
      ]),
    )
    .option('--domain-field <field>', 'field of a .jsonl line that holds the domain')
    .action(async (paths: string[], options: AddOptions, command: Command) => {
      const session = sessionOf(command);
      const progress = new Progress(session);
      const { name, tokenizer, validation, textField, domainBy, domainField } = options;
      const given = {
        ...(textField && { textField }),
        ...(domainBy && { domainBy }),
        ...(domainField && { domainField }),
      };
      const sources = paths.map((path): CorpusSource => ({ path: resolve(session.io.folder, path), ...given }));
      await session.withLab(async (lab) => {
        const release = session.io.onInterrupt(() => {
          session.exitCode = exitCodes.interrupted;
          void lab.close();
        });
        try {
          const added = await lab.addCorpus({ name, sources, tokenizer, validationShare: Number(validation) });
          progress.end();
          session.result(
            { type: 'result', ...added },
            () =>
              `${added.known ? 'The same text was prepared before; it is kept once.\n' : ''}${describe(added.corpus)}`,
          );
        } finally {
          release();
        }
      }, progress.onEvent);
    });

const listCommand = (sessionOf: SessionOf) =>
  new Command('list').description('lists the corpora').action((_: unknown, command: Command) => {
    const session = sessionOf(command);
    session.withStore((store) => {
      const corpora = store?.corpora.list() ?? [];
      session.result(corpora, () => {
        if (corpora.length === 0)
          return `There is no corpus yet. To add one: ${session.command('corpus add FOLDER --name NAME')}\n`;
        const described = corpora.map(({ description }) => description);
        return textTable([
          { label: 'corpus', align: 'left', values: described.map(({ name }) => plain(name, 40)) },
          { label: 'hash', align: 'left', values: described.map(({ hash }) => hash.slice(0, 12)) },
          { label: 'tokenizer', align: 'left', values: described.map(({ tokenizer }) => tokenizer) },
          { label: 'training tokens', values: described.map(({ tokens }) => abbreviated(tokens.train)) },
          { label: 'validation tokens', values: described.map(({ tokens }) => abbreviated(tokens.validation)) },
          {
            label: 'documents',
            values: described.map(({ documents: { train, validation } }) => grouped(train + validation)),
          },
        ]);
      });
    });
  });

const showCommand = (sessionOf: SessionOf) =>
  new Command('show')
    .description('shows one corpus')
    .argument('<corpus>', 'name or hash')
    .action((name: string, _: unknown, command: Command) => {
      const session = sessionOf(command);
      session.withStore((store) => {
        if (!store) throw noLab(session.home);
        const corpus = findCorpus(store, name);
        session.result(corpus, () => describe(corpus));
      });
    });

function describe({ description, sources, created }: CorpusRow): string {
  const { name, hash, tokenizer, vocabulary, documents, tokens, bytes, domains, folder, skipped = {} } = description;
  const all = Object.entries(domains);
  const left = Object.entries(skipped).map(([reason, count]) => `${grouped(count)} ${plain(reason)}`);
  return [
    `${plain(name)} (${hash.slice(0, 12)})`,
    `  ${byteSize(bytes)} of text in ${grouped(documents.train + documents.validation)} documents, ${grouped(documents.duplicates)} duplicates left out`,
    `  ${grouped(tokens.train)} training tokens, ${grouped(tokens.validation)} validation tokens (${tokenizer}, ${grouped(vocabulary)} ids)`,
    ...(left.length > 0 ? [`  left out: ${left.join(', ')}`] : []),
    ...all
      .slice(0, 12)
      .map(
        ([domain, part]) =>
          `  ${plain(domain || '(no domain)', 40)}: ${abbreviated(part.tokens)} tokens in ${grouped(part.documents)} documents`,
      ),
    ...(all.length > 12 ? [`  and ${all.length - 12} domains more`] : []),
    `  from ${sources.map(({ path }) => plain(path)).join(', ')}, ${created.slice(0, 10)}`,
    `  kept in ${folder}`,
    '',
  ].join('\n');
}
