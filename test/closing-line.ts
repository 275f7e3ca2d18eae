import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** Ends the run with one plain line of counts, for people and for whatever reads the log. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const twice: string[] = [];
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        count[state] += 1;
        if (test.diagnostic()?.flaky)
          twice.push(`${module.relativeModuleId} > ${test.fullName}: ${errors?.[0]?.message}`);
      }
      if (module.errors().length > 0) count.failed += 1;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    if (twice.length > 0) process.stdout.write(`\nFailed, then passed when tried again:\n  ${twice.join('\n  ')}\n`);
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`);
  }
}
