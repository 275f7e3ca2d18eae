// What every study of a run begins with: its configuration, its corpus, verified, and an engine with room for its parameters.
import { parseConfiguration } from '../../shared/config/parse.ts';
import { checkCorpus } from '../../shared/config/rules.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { StudyJob } from '../../shared/studies/study.ts';
import { type Corpus, openCorpus } from '../data/corpus.ts';
import { createEngine, type ResolvedKind, resolveEngineKind, resolveThreads } from '../engine/choose.ts';
import type { Engine } from '../engine/engine.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { bytesFor } from '../train/memory.ts';

export interface JobEngine {
  configuration: RunConfiguration;
  corpus: Corpus;
  engine: Engine;
  kind: ResolvedKind;
  threads: number;
  /** To be put away before the engine and the corpus, the newest first. */
  beforeClose(put: () => void | Promise<void>): void;
  close(): Promise<void>;
}

/** @param available bytes */
export type RequireRoom = (known: Pick<JobEngine, 'configuration' | 'corpus' | 'kind'> & { available: number }) => void;

/** @throws LabError where configuration, corpus or engine cannot be had, and what `requireRoom` throws */
export async function openJobEngine(job: StudyJob, requireRoom: RequireRoom): Promise<JobEngine> {
  const opened: (() => void | Promise<void>)[] = [];
  // In reverse: programs before the engine that holds what they read, the corpus last.
  const close = async () => {
    for (const put of opened.splice(0).reverse()) await put();
  };
  try {
    const configuration = parseConfiguration(job.configuration);
    const corpus = openCorpus(job.corpus);
    opened.push(() => corpus.close());
    await corpus.verify();
    const { vocabulary, tokens } = corpus;
    checkCorpus(configuration, { vocabulary, trainTokens: tokens.train, validationTokens: tokens.validation });
    const kind = await resolveEngineKind(configuration.engine.kind);
    const threads = resolveThreads(job.threads || configuration.engine.threads);
    requireRoom({ configuration, corpus, kind, available: bytesFor(kind, threads) });
    const engine = await createEngine(kind, parameterSpecifications(configuration.model), threads);
    opened.push(() => engine.dispose());
    return { configuration, corpus, engine, kind, threads, beforeClose: (put) => void opened.push(put), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
