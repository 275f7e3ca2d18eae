import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // For the runes of *.svelte.ts files.
  plugins: [svelte({ configFile: false })],
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'e2e/**/*.spec.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine is no failure: what a test waits for may take as long as the test.
    expect: { poll: { timeout: 50_000 } },
    reporters: ['default', './test/closing-line.ts'],
  },
});
