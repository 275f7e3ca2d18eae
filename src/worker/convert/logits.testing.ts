// The logits of a checkpoint of this lab by the reference engine: for the tests of this folder, and for nothing else.
import { openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import type { Program } from '../engine/engine.ts';
import { createReferenceEngine } from '../engine/reference/engine.ts';
import { matMul } from '../engine/tf.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { forward } from '../model/transformer.ts';
import { batchInputs, biasedScores, groupedBy } from '../programs/inputs.ts';

/** [T, V] row by row; `tokens` is one sequence as long as the model's context. */
export async function checkpointLogits(folder: string, tokens: readonly number[]): Promise<number[][]> {
  const checkpoint = await openCheckpoint(folder);
  const { model } = checkpoint.state.configuration;
  const engine = await createReferenceEngine(parameterSpecifications(model), { threads: 1 });
  try {
    for (const { name } of engine.parameters) {
      await engine.upload('parameter', name, await checkpoint.read('parameter', name));
    }
    const biases = checkpoint.state.buffers.map(({ name }) => checkpoint.readBuffer(name));
    const bias = Float32Array.from((await Promise.all(biases)).flatMap((values) => [...values]));
    const program: Program = {
      name: 'logits',
      ...groupedBy(model, 1),
      inputs: batchInputs(model, 1, bias.length > 0),
      build(inputs, parameters) {
        const { hidden } = forward(model, parameters, inputs.tokens!, 1, biasedScores(inputs.bias));
        return { logits: matMul(hidden, parameters.one('head'), false, true) };
      },
    };
    const compiled = await engine.compile(program);
    const ids = Int32Array.from(tokens);
    const { logits } = await compiled.run({ tokens: ids, targets: ids, ...(bias.length > 0 && { bias }) });
    const V = model.vocabulary;
    return tokens.map((_, row) => Array.from(logits!.data.subarray(row * V, (row + 1) * V)));
  } finally {
    await engine.dispose();
    await checkpoint.close();
  }
}

export function largestDifference(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}
