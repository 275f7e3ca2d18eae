// Text to a prepared corpus: documents deduplicated and split by their hash, tokenised once, written to a folder beside the
// wanted one and renamed when it is whole. Beyond the tokenizer's table it holds about 100 MB and about 100 bytes a document,
// however large one document is; a .jsonl line, which is parsed whole, may add five times its length.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';
import type { CorpusDescription, CorpusJob } from '../../shared/worker-messages.ts';
import { describe } from './corpus-format.ts';
import { CorpusWriter } from './corpus-writer.ts';
import { createFolder } from './new-folder.ts';
import { Segmenter } from './segments.ts';
import { documents, type SourceDocument, totalBytes } from './sources.ts';
import { loadTokenizer, type Tokenizer } from './tokenizers.ts';

export type ProgressListener = (progress: { phase: 'reading' | 'hashing'; done: number; total: number }) => void;

const reportEvery = 100;

/**
 * Prepares the corpus that the job describes. `onProgress` counts bytes, at most ten times a second.
 * @throws LabError 'corpus': nothing to read, no text, a value out of range, the folder exists, the disk is full. The
 * folder then does not exist.
 */
export async function prepareCorpus(
  job: CorpusJob,
  onProgress: ProgressListener = () => {},
): Promise<CorpusDescription> {
  checkJob(job);
  const tokenizer = await loadTokenizer(job.tokenizer);
  const total = totalBytes(job.sources);
  const skipped = new Map<string, number>();
  const skip = (reason: string) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  const report = paced(onProgress);

  return createFolder(job.folder, async (folder) => {
    const writer = new CorpusWriter(folder, tokenizer, job.validationShare);
    try {
      let bytes = 0;
      const read = (more: number) => {
        bytes = Math.min(total, bytes + more);
      };
      const breathe = async () => {
        // The process hears its messages between two pieces of text.
        if (report({ phase: 'reading', done: bytes, total })) await nextTurn();
      };
      for (const document of documents(job.sources, { skip, read })) {
        if (!(await addDocument(writer, tokenizer, document, breathe))) skip('empty documents');
      }
      if (writer.documents === 0) throw nothingToLearn(job, skipped);
      onProgress({ phase: 'reading', done: total, total });
      const file = await writer.finish(job.name, Object.fromEntries(skipped), (done, all) =>
        report({ phase: 'hashing', done, total: all }),
      );
      return describe(file, job.folder);
    } finally {
      writer.close();
    }
  });
}

/** Adds one document, unless it is empty or white space: then false. */
async function addDocument(
  writer: CorpusWriter,
  tokenizer: Tokenizer,
  document: SourceDocument,
  breathe: () => Promise<void>,
): Promise<boolean> {
  const digest = createHash('sha256');
  const segmenter = new Segmenter();
  let bytes = 0;
  let blank = true;
  writer.begin();
  for (const text of document.text) {
    if (blank && text.trim() !== '') blank = false;
    digest.update(text, 'utf8');
    bytes += Buffer.byteLength(text, 'utf8');
    for (const segment of segmenter.push(text)) writer.append(tokenizer.encodeSegment(segment));
    await breathe();
  }
  for (const segment of segmenter.end()) writer.append(tokenizer.encodeSegment(segment));
  if (blank) writer.drop();
  else writer.commit(digest.digest(), document.domain, bytes);
  return !blank;
}

/** Passes on a report unless the last one is younger than `reportEvery` ms; says whether it did. */
function paced(onProgress: ProgressListener): (...report: Parameters<ProgressListener>) => boolean {
  let last = performance.now();
  return (report) => {
    if (performance.now() - last < reportEvery) return false;
    onProgress(report);
    last = performance.now();
    return true;
  };
}

function checkJob(job: CorpusJob): void {
  const { validationShare, sources, name } = job;
  if (!(validationShare >= 0.0001 && validationShare <= 0.5)) {
    throw new LabError('corpus', `The validation share is ${validationShare}, and it may be 0.0001 to 0.5.`, {
      field: 'validationShare',
      value: String(validationShare),
      remedy: 'Give 0.05 to keep every twentieth document.',
    });
  }
  if (sources.length === 0) {
    throw new LabError('corpus', 'The corpus names no source.', {
      field: 'sources',
      remedy: 'Add a file or a folder.',
    });
  }
  if (name.trim() === '') {
    throw new LabError('corpus', 'The corpus has no name.', { field: 'name', remedy: 'Give it one.' });
  }
}

function nothingToLearn(job: CorpusJob, skipped: Map<string, number>): LabError {
  const left = [...skipped].map(([reason, count]) => `${count} ${reason}`).join(', ') || 'nothing was found';
  return new LabError('corpus', `The sources of "${job.name}" hold no text (${left}).`, {
    field: 'sources',
    value: job.sources.map((source) => source.path).join(', '),
    remedy: 'Name files or folders that hold UTF-8 text.',
  });
}
