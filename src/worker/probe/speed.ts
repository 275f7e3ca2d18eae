// How fast an engine trains a small mixture: whole optimizer steps, after one that is not counted.
import { configurationFromPreset } from '../../shared/config/presets.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { Engine } from '../engine/engine.ts';
import { initialise } from '../model/initialise.ts';
import { trainProgram } from '../programs/train.ts';
import { randomBatch } from './random-batch.ts';

export const speedConfiguration: RunConfiguration = configurationFromPreset('nano', {
  corpus: 'random tokens',
  objective: [{ kind: 'simbal' }],
  training: { batch: 8 },
});

const longestSeconds = 2;

/** Training tokens a second. The engine must hold the parameters of `speedConfiguration`. */
export async function tokensPerSecond(engine: Engine): Promise<number> {
  const { model, objective, training } = speedConfiguration;
  await initialise(model, 1, (name, value) => engine.upload('parameter', name, value));
  const program = await engine.compile(trainProgram(model, objective, training.batch));
  const batch = randomBatch(speedConfiguration);
  const trainOnce = async (step: number) => {
    await program.run(batch);
    await engine.gradientNorm();
    await engine.update({ ...training, step, gradientScale: 1 });
  };
  try {
    await trainOnce(1);
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    let steps = 0;
    while (steps === 0 || seconds() < longestSeconds) await trainOnce(2 + steps++);
    return (steps * batch.tokens.length) / seconds();
  } finally {
    await program.dispose();
  }
}
