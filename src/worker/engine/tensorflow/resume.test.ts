// A run on TensorFlow that was paused goes on as it would have: byte for byte on a processor, nearly so on a GPU, whose sums of
// gradients come in any order. Skipped where TensorFlow is not set up.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../checkpoint/checkpoint-folder.ts';
import { parameterSpecifications } from '../../model/parameters.ts';
import {
  evaluationsOf,
  eventsOf,
  exampleConfiguration,
  exampleFolder,
  exampleJob,
  metricsOf,
  only,
} from '../../train/example-run.testing.ts';
import { computesOnGpu } from '../choose.ts';
import { describeTensorflow } from './engine.ts';

const threads = 2;
const { available } = describeTensorflow(threads);

describe.skipIf(!available)('a paused run on TensorFlow', () => {
  test('goes on from its checkpoint as it would have', async () => {
    const example = await exampleFolder();
    try {
      const configuration = exampleConfiguration({
        objective: [{ kind: 'simbal' }],
        evaluation: { every: 7 },
        engine: { kind: 'tensorflow', threads },
      });
      const job = { ...exampleJob(example.folder, configuration), threads };
      const straight = await eventsOf({ ...job, checkpoints: join(example.folder, 'straight') });
      const first = await eventsOf(job, (event) => event.type === 'evaluation' && event.evaluation.step === 7);
      const [paused] = only(first, 'finished');
      expect(paused).toMatchObject({ outcome: 'paused', step: 7 });
      const second = await eventsOf({ ...job, resume: paused!.checkpoint!.folder });
      expect(only(second, 'note')).toEqual([]);
      expect(only(second, 'started')[0]!.start.engine.kind).toBe('tensorflow');
      const [one, other] = [straight, second].map((events) => only(events, 'finished')[0]!.checkpoint!.folder);
      if (computesOnGpu('tensorflow', threads)) {
        const [a, b] = [await openCheckpoint(one!), await openCheckpoint(other!)];
        for (const { name } of parameterSpecifications(configuration.model)) {
          const [expected, found] = [await a.read('parameter', name), await b.read('parameter', name)];
          const largest = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index]!)), 0);
          expect(largest, name).toBeLessThan(1e-3);
        }
        await Promise.all([a.close(), b.close()]);
      } else {
        for (const file of ['model.safetensors', 'optimizer.safetensors']) {
          expect(readFileSync(join(one!, file)).equals(readFileSync(join(other!, file))), file).toBe(true);
        }
        expect(metricsOf([...first, ...second])).toEqual(metricsOf(straight));
        expect(evaluationsOf([...first, ...second])).toEqual(evaluationsOf(straight));
      }
    } finally {
      example.remove();
    }
  });
});
