import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // For the runes of *.svelte.ts files.
  plugins: [svelte({ configFile: false })],
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'e2e/**/*.spec.ts'],
    pool: 'forks',
    // A busy machine is no failure: what a test waits for may take as long as the test, and that as long as ten slow machines need.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 250_000 } },
    // Where nobody sits beside it, what the machine did once is told apart from what the code does: the closing line names both.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', './test/closing-line.ts'],
  },
});
