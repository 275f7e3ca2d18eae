// A program's inputs as ONNX Runtime takes them.
import { LabError } from '../../../shared/errors.ts';
import type { HostArray, Program } from '../engine.ts';
import { type OrtTensor, tensorOver } from './runtime.ts';

/** The program's inputs as tensors. @throws LabError naming the input that is missing or of another length. */
export function inputTensors(program: Program, inputs: Record<string, HostArray>): Record<string, OrtTensor> {
  return Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape }]) => {
      const data = inputs[name];
      const length = shape.reduce((product, size) => product * size, 1);
      if (data?.length !== length) {
        throw new LabError(
          'engine',
          `Input ${name} of program ${program.name} needs ${length} numbers, not ${data?.length ?? 0}.`,
          {
            field: name,
          },
        );
      }
      return [name, tensorOver(data, shape)];
    }),
  );
}
