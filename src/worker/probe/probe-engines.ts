// The report on this machine's engines: which answer, whether they compute what they should, and how fast they train.
import { cpus } from 'node:os';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import type { EngineReport, ProbeJob } from '../../shared/worker-messages.ts';
import { createEngine, type ResolvedKind, resolveEngineKind, resolveThreads } from '../engine/choose.ts';
import type { Engine } from '../engine/engine.ts';
import { describeWebGpu } from '../engine/onnx/webgpu-device.ts';
import { describeTensorflow } from '../engine/tensorflow/engine.ts';
import { installation } from '../engine/tensorflow/installation.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { selfTestConfiguration, selfTestError, tolerance } from './self-test.ts';
import { speedConfiguration, tokensPerSecond } from './speed.ts';

type Candidate = Pick<EngineReport, 'kind' | 'device' | 'software' | 'threads' | 'available' | 'message' | 'setUp'> & {
  kind: ResolvedKind;
  /** Whether its speed is worth the time that it takes to measure. */
  fast: boolean;
};

/** One report an engine, the default among them marked. */
export async function probeEngines({ measure, ...job }: ProbeJob): Promise<EngineReport[]> {
  const threads = resolveThreads(job.threads);
  const webGpu = await describeWebGpu();
  const chosen = await resolveEngineKind('auto', async () => webGpu.available && !webGpu.software);
  const cpu = cpus()[0]?.model.trim() ?? 'CPU';
  const candidates: Candidate[] = [
    { kind: 'onnx-cpu', device: cpu, software: false, threads, available: true, message: 'Ready.', fast: true },
    { kind: 'onnx-webgpu', threads: 1, ...webGpu, fast: true },
    { ...describeTensorflow(threads), kind: 'tensorflow', fast: true, setUp: installation() !== null },
    {
      kind: 'reference',
      device: cpu,
      software: false,
      threads: 1,
      available: true,
      message: 'Plain loops in float64, to check the others by; too slow to train with.',
      fast: false,
    },
  ];
  const reports: EngineReport[] = [];
  for (const { fast, ...candidate } of candidates) {
    const tested = candidate.available ? await test(candidate.kind, threads) : notRun;
    const usable = tested.selfTest === 'passed';
    const speed = measure && fast && usable ? await speedOf(candidate.kind, threads) : null;
    const message = [candidate.message, tested.found].filter(Boolean).join(' ');
    reports.push({
      ...candidate,
      chosenByDefault: candidate.kind === chosen,
      selfTest: tested.selfTest,
      message,
      tokensPerSecond: speed,
    });
  }
  return reports;
}

const notRun = { selfTest: 'not run' as const, found: '' };

async function test(kind: ResolvedKind, threads: number): Promise<Pick<EngineReport, 'selfTest'> & { found: string }> {
  try {
    const error = await withEngine(kind, selfTestConfiguration, threads, selfTestError);
    if (error <= tolerance) return { selfTest: 'passed', found: '' };
    const found = `Its gradients differ from the reference by ${error.toExponential(1)}, and ${tolerance} is the most allowed.`;
    return { selfTest: 'failed', found };
  } catch (thrown) {
    return { selfTest: 'failed', found: LabError.from(thrown).message };
  }
}

const speedOf = (kind: ResolvedKind, threads: number): Promise<number | null> =>
  withEngine(kind, speedConfiguration, threads, tokensPerSecond).catch(() => null);

async function withEngine<T>(
  kind: ResolvedKind,
  { model }: RunConfiguration,
  threads: number,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine(kind, parameterSpecifications(model), threads);
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}
