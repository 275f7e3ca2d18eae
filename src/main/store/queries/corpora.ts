// Table corpus: prepared corpora by content hash and by name.
import type { Connection } from '../connection.ts';
import type { Corpora } from '../index.ts';
import { fromText, toText } from '../plain-text.ts';
import type { CorpusRow } from '../rows.ts';
import { found } from './refusals.ts';

interface Row {
  description: string;
  sources: string;
  created: string;
}

export function corpusQueries(connection: Connection): Corpora {
  return {
    add(description, sources) {
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
    list: () => connection.all<Row>('SELECT * FROM corpus ORDER BY id').map(fromRow),
  };
}

const fromRow = ({ description, sources, created }: Row): CorpusRow => ({
  description: fromText(description),
  sources: fromText(sources),
  created,
});
