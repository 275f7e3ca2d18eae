// A process that answers calls over its channel: for the test of transports alone.
import type { ApiHandlers } from './api.ts';
import { serveCalls } from './rpc.ts';
import { overProcess } from './transports.ts';

const handlers = {
  metrics: { names: ({ run }: { run: string }) => [run, String(process.pid)] },
} as unknown as ApiHandlers;
serveCalls(overProcess(process), { handlers, watch: () => () => {} });
