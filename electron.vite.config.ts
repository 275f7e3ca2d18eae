// Builds the lab into out/: its doors and its worker for Node, the preload script, the page. Packages stay packages, but for
// the preload script, whose sandbox has none.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

/** Programs of their own: a door, or a file that another one starts by its path beside itself. */
const programs = {
  'main/index': 'src/main/index.ts',
  'main/serve': 'src/main/serve.ts',
  'main/cli': 'src/main/cli.ts',
  'main/reader': 'src/main/lab/reader.ts',
  'worker/entry': 'src/worker/entry.ts',
  'worker/heartbeat': 'src/worker/heartbeat.ts',
  'worker/optimizer-thread': 'src/worker/engine/onnx/optimizer-thread.ts',
};

export default defineConfig({
  main: {
    build: {
      outDir: 'out',
      // The kernels lie there too, and the page.
      emptyOutDir: false,
      target: 'node24',
      rolldownOptions: {
        input: programs,
        output: {
          entryFileNames: '[name].js',
          // What several programs share lies beside them, so that paths beside a file are the same from a program and from it.
          chunkFileNames: ({ moduleIds }) =>
            moduleIds.some((id) => id.includes('/src/worker/')) ? 'worker/[name].js' : 'main/[name].js',
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node24',
      externalizeDeps: false,
      rolldownOptions: {
        input: 'src/preload/index.ts',
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    plugins: [svelte()],
    publicDir: '../../resources',
    build: { target: 'chrome140', minify: true },
  },
});
