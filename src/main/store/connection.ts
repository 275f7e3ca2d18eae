// One open SQLite file: statements prepared once, every failure as a LabError that names the file. It knows no table.
import Database from 'better-sqlite3';
import { LabError } from '../../shared/errors.ts';
import { storeError } from './sqlite-errors.ts';

export type Value = string | number | null | Uint8Array;
export type Parameters = Record<string, Value>;

/** SQLite before this one may lose commits when a WAL is reset (sqlite.org/wal.html). */
const oldestSqlite = [3, 51, 3] as const;

export interface ConnectionOptions {
  /** 'read' leaves the file as it is, whatever lies in or beside it. */
  mode: 'write' | 'read';
  /** Milliseconds to wait for another program's lock. The call blocks meanwhile. */
  busyTimeout: number;
}

export class Connection {
  readonly file: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement<[Parameters]>>();
  /** Called after each commit of a transaction. */
  onCommit: (() => void) | null = null;

  /** @throws LabError 'store' */
  constructor(file: string, { mode, busyTimeout }: ConnectionOptions) {
    this.file = file;
    this.#database = this.#translated(() => new Database(file, { readonly: mode === 'read', timeout: busyTimeout }));
    try {
      this.#assertVersion();
      // What a file says about itself is not believed: no functions out of its schema, no cell larger than its page.
      this.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get<Row>(sql: string, parameters: Parameters = {}): Row | undefined {
    return this.#translated(() => this.#statement(sql).get(parameters) as Row | undefined);
  }

  all<Row>(sql: string, parameters: Parameters = {}): Row[] {
    return this.#translated(() => this.#statement(sql).all(parameters) as Row[]);
  }

  /** Returns the id of the row that an INSERT made. */
  run(sql: string, parameters: Parameters = {}): number {
    return this.#translated(() => Number(this.#statement(sql).run(parameters).lastInsertRowid));
  }

  /** Returns how many rows an UPDATE or DELETE was about. */
  changes(sql: string, parameters: Parameters = {}): number {
    return this.#translated(() => this.#statement(sql).run(parameters).changes);
  }

  exec(sql: string): void {
    this.#translated(() => this.#opened().exec(sql));
  }

  pragma(source: string): unknown {
    return this.#translated(() => this.#opened().pragma(source, { simple: true }));
  }

  /** What `work` calls waits, blocking, up to so many milliseconds for another program's lock. */
  patiently<Result>(milliseconds: number, work: () => Result): Result {
    const usual = this.pragma('busy_timeout');
    this.pragma(`busy_timeout = ${milliseconds}`);
    try {
      return work();
    } finally {
      this.pragma(`busy_timeout = ${usual}`);
    }
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** One transaction that takes the write lock at once; a savepoint inside another one. */
  transaction<Result>(work: () => Result): Result {
    const result = this.#translated(() => this.#opened().transaction(work).immediate());
    if (!this.inTransaction) this.onCommit?.();
    return result;
  }

  async backup(file: string): Promise<void> {
    try {
      await this.#opened().backup(file);
    } catch (error) {
      throw storeError(file, error);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): Database.Statement<[Parameters]> {
    const cached = this.#statements.get(sql);
    if (cached) return cached;
    const statement = this.#opened().prepare<[Parameters]>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #opened(): Database.Database {
    if (!this.#database.open) throw new LabError('store', `The database ${this.file} is closed.`, { field: this.file });
    return this.#database;
  }

  #translated<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storeError(this.file, error);
    }
  }

  #assertVersion(): void {
    const { version } = this.get<{ version: string }>('SELECT sqlite_version() AS version')!;
    const parts = version.split('.').map(Number);
    const difference = oldestSqlite.map((oldest, index) => (parts[index] ?? 0) - oldest).find((part) => part !== 0);
    if ((difference ?? 0) >= 0) return;
    throw new LabError('store', `The SQLite library is ${version}; the lab needs ${oldestSqlite.join('.')} or newer.`, {
      field: 'sqlite_version',
      value: version,
      remedy: 'Install the lab again, so that its own SQLite is used.',
    });
  }
}
