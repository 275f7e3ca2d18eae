// Documents out of files, folders and .jsonl files, one at a time and in pieces, each with its domain label.
// A text file is one document; each line of a .jsonl file is one. The order is fixed by names, never by time.
import { valueText } from '../../shared/config/problems.ts';
import { LabError } from '../../shared/errors.ts';
import type { CorpusSource } from '../../shared/worker-messages.ts';
import { dependencyDocuments, dependencyTextBytes } from './dependency-text.ts';
import { type FoundFile, readChunks, walk } from './files.ts';
import { readJsonLines } from './json-lines.ts';
import { Utf8Reader } from './utf8.ts';

export interface SourceDocument {
  /** Where it comes from, for messages. */
  place: string;
  domain: string;
  /** The text in order, in pieces that split no character; to be read to its end before the next document is asked for. */
  text: Iterable<string>;
}

/** Hears what happens on the way. */
export interface SourceListener {
  /** Something was left out. */
  skip(reason: string): void;
  /** So many more bytes of the sources were read. */
  read(bytes: number): void;
}

const longestLabel = 200;

/** @throws LabError 'corpus' at anything that is not text; the message names the file and the byte offset. */
export function* documents(sources: readonly CorpusSource[], listener: SourceListener): Generator<SourceDocument> {
  for (const source of sources) {
    if (source.preset === 'dependency-text') {
      yield* dependencyDocuments(source.path, listener);
      continue;
    }
    for (const file of walk(source.path, listener.skip)) {
      if (isJsonLines(file)) yield* lineDocuments(file, source, listener);
      else yield { place: file.path, domain: domainOf(file, source), text: readText(file.path, listener) };
    }
  }
}

/** Bytes that reading the sources will report. Finds what is missing or no file before any work is done. */
export function totalBytes(sources: readonly CorpusSource[]): number {
  let bytes = 0;
  for (const source of sources) {
    if (source.preset === 'dependency-text') bytes += dependencyTextBytes;
    else for (const file of walk(source.path, () => {})) bytes += file.bytes;
  }
  return bytes;
}

/** The text of a file in pieces. */
export function* readText(path: string, listener: Pick<SourceListener, 'read'>): Generator<string> {
  const reader = new Utf8Reader(path);
  for (const chunk of readChunks(path)) {
    listener.read(chunk.length);
    yield reader.push(chunk);
  }
  yield reader.end();
}

function* lineDocuments(file: FoundFile, source: CorpusSource, listener: SourceListener): Generator<SourceDocument> {
  const textField = source.textField ?? 'text';
  let read = 0;
  for (const { record, place, end } of readJsonLines(file.path)) {
    listener.read(end - read);
    read = end;
    const text = Object.hasOwn(record, textField) ? record[textField] : undefined;
    if (typeof text !== 'string') throw badField(place, textField, text, 'a text');
    if (!text.isWellFormed())
      throw badField(place, textField, '\\ud800', 'well-formed text (half of a surrogate pair)');
    yield { place, domain: domainOf(file, source, { record, place }), text: [text] };
  }
}

function domainOf(
  file: FoundFile,
  source: CorpusSource,
  line?: { record: Record<string, unknown>; place: string },
): string {
  switch (source.domainBy ?? 'folder') {
    case 'none':
      return checked(source.domain ?? 'all', file.path);
    case 'extension':
      return extensionOf(file.names.at(-1)!) || 'no extension';
    case 'folder':
      // The uppermost folder within the source; a file that lies in the source itself labels by its own name.
      return file.names.length > 1 ? file.names[0]! : baseOf(file.names[0]!);
    case 'field': {
      if (!line) return 'no field';
      const field = source.domainField ?? 'domain';
      const value = Object.hasOwn(line.record, field) ? line.record[field] : undefined;
      if (value === undefined || value === null) return 'no field';
      if (!['string', 'number', 'boolean'].includes(typeof value)) throw badField(line.place, field, value, 'a label');
      return checked(String(value), line.place);
    }
  }
}

function checked(label: string, place: string): string {
  if (label.length > 0 && label.length <= longestLabel && label.isWellFormed()) return label;
  throw new LabError(
    'corpus',
    `${place}: a domain label has 1 to ${longestLabel} characters, and this one ${label.length}.`,
    {
      field: 'domain',
      value: label.slice(0, 80),
      remedy: 'Choose another field as the domain, or label by folder.',
    },
  );
}

function badField(place: string, field: string, value: unknown, wanted: string): LabError {
  const held = value === undefined ? 'is missing' : `is not ${wanted}`;
  return new LabError('corpus', `${place}: the field "${field}" ${held}.`, {
    field,
    value: valueText(value),
    remedy: 'Mend the line, or name the field that holds it.',
  });
}

function isJsonLines(file: FoundFile): boolean {
  return ['.jsonl', '.ndjson'].includes(extensionOf(file.path));
}

function extensionOf(name: string): string {
  return /[^./\\](\.[^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

function baseOf(name: string): string {
  const extension = extensionOf(name);
  return extension ? name.slice(0, -extension.length) : name;
}
