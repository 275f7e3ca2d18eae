// Table corpus: prepared corpora by content hash and by name.
import { LabError } from '../../../shared/errors.ts';
import type { CorpusDescription, CorpusSource } from '../../../shared/worker-messages.ts';
import type { Connection } from '../connection.ts';
import { isDamage } from '../damage.ts';
import type { Corpora } from '../index.ts';
import { fromText, toText } from '../plain-text.ts';
import type { CorpusRow } from '../rows.ts';
import { found } from './refusals.ts';

interface Row {
  hash: string;
  name: string;
  description: string;
  sources: string;
  created: string;
}

export function corpusQueries(connection: Connection): Corpora {
  return {
    add(given, sources) {
      // Half of a surrogate pair would not come out of the column as it comes out of the description.
      const description = { ...given, name: given.name.toWellFormed() };
      const { hash, name } = description;
      connection.run(
        'INSERT OR REPLACE INTO corpus (hash, name, created, description, sources) VALUES (@hash, @name, @created, @description, @sources)',
        { hash, name, created: new Date().toISOString(), description: toText(description), sources: toText(sources) },
      );
      return fromRow(connection.get<Row>('SELECT * FROM corpus WHERE hash = @hash AND name = @name', { hash, name })!);
    },
    get(key) {
      const sql = 'SELECT * FROM corpus WHERE hash = @key OR name = @key ORDER BY hash = @key DESC, id DESC LIMIT 1';
      return fromRow(found(connection.get<Row>(sql, { key }), 'corpus', key));
    },
    // One that is damaged says so when it is asked for by its hash.
    list: () =>
      connection.all<Row>('SELECT * FROM corpus ORDER BY id').flatMap((row) => {
        try {
          return [fromRow(row)];
        } catch (thrown) {
          if (isDamage(thrown)) return [];
          throw thrown;
        }
      }),
  };
}

function fromRow({ hash, name, description, sources, created }: Row): CorpusRow {
  const described = fromText<CorpusDescription | null>(description);
  const listed = fromText<CorpusSource[] | null>(sources);
  // What is in columns of their own as well.
  if (described?.hash === hash && described.name === name && Array.isArray(listed)) {
    return { description: described, sources: listed, created };
  }
  throw new LabError('store', `The stored description of the corpus ${JSON.stringify(name.slice(0, 80))} is damaged.`, {
    field: hash,
    remedy: 'Add the same text again.',
  });
}
