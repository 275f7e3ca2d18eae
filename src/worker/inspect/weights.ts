// A model's weights as numbers, whatever they are stored as: plain, float8 with a scale for each block (DeepSeek-V3), or
// 4 bits with a scale for each 32 (MXFP4 of GPT-OSS). Scales disappear into the tensor that they scale. One range at a time
// is in memory. It declines schemes that it does not know: their tensors stay what they are.
import { LabError } from '../../shared/errors.ts';
import { decodeInto } from '../checkpoint/decode.ts';
import { quote, refusal } from '../checkpoint/refusal.ts';
import type { ModelConfig } from './model-config.ts';
import type { Source, SourceTensor } from './open-source.ts';

export interface WeightTensor {
  name: string;
  /** Logical: of numbers, not of packed bytes. */
  shape: readonly number[];
  elements: number;
  stored: 'plain' | 'block-scaled' | 'mxfp4';
  /** The tensors of the file that it is made of. */
  from: readonly SourceTensor[];
}

/** Numbers of one MXFP4 block (OCP Microscaling 1.0), and the bytes that hold them. */
const microscaled = { numbers: 32, bytes: 16 };

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

export class Weights {
  /** By name, in natural order. */
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /** Names of the tensors that only scale others. */
  readonly scales: ReadonlySet<string>;
  /** Bytes read so far. */
  bytesRead = 0;
  readonly #blockSize: [number, number];
  readonly #source: Source;
  readonly #signal: AbortSignal | undefined;
  #scale: { name: string; values: Float32Array } | null = null;

  constructor(source: Source, config: ModelConfig | null, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    this.#blockSize = config?.blockSize ?? [128, 128];
    const tensors = new Map<string, WeightTensor>();
    const scales = new Set<string>();
    for (const [name, tensor] of source.tensors) {
      const weight = this.#microscaled(name, tensor) ?? this.#blockScaled(name, tensor);
      if (!weight) continue;
      scales.add(weight.from[1]!.name);
      tensors.set(weight.name, weight);
    }
    const used = new Set([...tensors.values()].flatMap(({ from }) => from.map(({ name }) => name)));
    for (const [name, tensor] of source.tensors) {
      if (used.has(name)) continue;
      tensors.set(name, { name, shape: tensor.shape, elements: sizeOf(tensor.shape), stored: 'plain', from: [tensor] });
    }
    this.tensors = tensors;
    this.scales = scales;
  }

  #microscaled(name: string, blocks: SourceTensor): WeightTensor | null {
    if (!name.endsWith('_blocks') || blocks.dtype !== 'U8' || blocks.shape.at(-1) !== microscaled.bytes) return null;
    const scales = this.#source.tensors.get(name.replace(/blocks$/, 'scales'));
    const groups = blocks.shape.slice(0, -1);
    if (!scales || !['U8', 'F8_E8M0'].includes(scales.dtype) || String(scales.shape) !== String(groups)) return null;
    const shape = [...groups.slice(0, -1), groups.at(-1)! * microscaled.numbers];
    const from = [blocks, scales];
    return { name: name.slice(0, -'_blocks'.length), shape, elements: sizeOf(shape), stored: 'mxfp4', from };
  }

  #blockScaled(name: string, weight: SourceTensor): WeightTensor | null {
    const scale = this.#source.tensors.get(`${name}_scale_inv`);
    if (!scale || weight.shape.length !== 2 || scale.shape.length !== 2) return null;
    const expected = weight.shape.map((extent, axis) => Math.ceil(extent / this.#blockSize[axis]!));
    if (String(expected) !== String(scale.shape)) {
      const blocks = this.#blockSize.join(' × ');
      throw refusal(
        scale.file.path,
        `tensor ${quote(scale.name)} has the shape [${scale.shape}]; blocks of ${blocks} over [${weight.shape}] need [${expected}]`,
        { value: `[${scale.shape}]` },
      );
    }
    return { name, shape: weight.shape, elements: sizeOf(weight.shape), stored: 'block-scaled', from: [weight, scale] };
  }

  /** @throws LabError 'checkpoint' for an unknown name */
  find(name: string): WeightTensor {
    const tensor = this.tensors.get(name);
    if (tensor) return tensor;
    throw refusal(this.#source.path, `holds no tensor ${quote(name)}`, { value: quote(name) });
  }

  /**
   * `count` numbers from `first` on, row-major, scales applied.
   * In MXFP4 a range begins and ends on blocks of 32.
   */
  async read(name: string, first = 0, count = this.find(name).elements - first): Promise<Float32Array> {
    this.#signal?.throwIfAborted();
    const { stored, from } = this.find(name);
    const [weight, scale] = from as [SourceTensor, SourceTensor];
    if (stored === 'mxfp4') return this.#readMicroscaled(weight, scale, first, count);
    const values = await this.#range(weight, first, count);
    if (stored === 'block-scaled') await this.#applyBlocks(values, weight, scale, first);
    return values;
  }

  /** The tensor in pieces of at most `size` numbers, one in memory at a time. */
  async *pieces(name: string, size = 1 << 20): AsyncGenerator<Float32Array> {
    const { elements } = this.find(name);
    for (let first = 0; first < elements; first += size)
      yield await this.read(name, first, Math.min(size, elements - first));
  }

  async #range(tensor: SourceTensor, first: number, count: number): Promise<Float32Array> {
    const values = await tensor.file.readRange(tensor.name, first, count);
    this.bytesRead += (tensor.end - tensor.begin) * (count / Math.max(1, sizeOf(tensor.shape)));
    return values;
  }

  async #applyBlocks(values: Float32Array, weight: SourceTensor, scale: SourceTensor, first: number): Promise<void> {
    if (this.#scale?.name !== scale.name) {
      this.#scale = { name: scale.name, values: await this.#range(scale, 0, sizeOf(scale.shape)) };
    }
    const scales = this.#scale.values;
    const columns = weight.shape[1]!;
    const [blockRows, blockColumns] = this.#blockSize;
    for (let index = 0; index < values.length; index++) {
      const at = first + index;
      const row = Math.floor(at / columns);
      const block = Math.floor(row / blockRows) * scale.shape[1]! + Math.floor((at - row * columns) / blockColumns);
      values[index]! *= scales[block]!;
    }
  }

  async #readMicroscaled(
    blocks: SourceTensor,
    scale: SourceTensor,
    first: number,
    count: number,
  ): Promise<Float32Array> {
    const { numbers } = microscaled;
    if (first % numbers || count % numbers) {
      throw new LabError('internal', `${blocks.name} is read in blocks of ${numbers}, not from ${first} for ${count}`);
    }
    const packed = Uint8Array.from(await this.#range(blocks, first / 2, count / 2));
    const exponents = await this.#range(scale, first / numbers, count / numbers);
    const values = new Float32Array(count);
    decodeInto('F4', packed, values, 0);
    // As U8 a scale is an exponent with a bias of 127; as F8_E8M0 it was decoded to the power already.
    const factor = scale.dtype === 'U8' ? (exponent: number) => 2 ** (exponent - 127) : (power: number) => power;
    for (let block = 0; block < exponents.length; block++) {
      const power = factor(exponents[block]!);
      for (let index = block * numbers; index < (block + 1) * numbers; index++) values[index]! *= power;
    }
    return values;
  }
}
