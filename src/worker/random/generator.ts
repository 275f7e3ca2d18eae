// Random numbers by name: each (seed, stream) is its own independent sequence, so that what one parameter draws never
// depends on which others exist. The whole state is (seed, stream, position); position counts Philox blocks.
import { createHash } from 'node:crypto';
import { cosineAndSine, logarithm } from './elementary.ts';
import { type Key, philoxInto } from './philox.ts';

const two32 = 0x1_0000_0000;
const two53 = 2 ** 53;

export class Generator {
  readonly seed: number;
  readonly stream: string;
  /** The next block; set it to go to any place of the sequence. */
  position: number;
  readonly #key: Key;
  readonly #streamLow: number;
  readonly #streamHigh: number;
  readonly #block = new Uint32Array(4);

  /**
   * @param seed integer in [0, 2^53 − 1]; it is the key.
   * @param stream any name; its sha256 fills the high half of the counter.
   * @throws RangeError when the seed or the position is outside of its range.
   */
  constructor(seed: number, stream: string, position = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`A seed is an integer from 0 to 2^53 − 1, and ${seed} is not.`);
    }
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new RangeError(`A position is an integer from 0 to 2^53 − 1, and ${position} is not.`);
    }
    this.seed = seed;
    this.stream = stream;
    this.position = position;
    this.#key = [seed >>> 0, Math.floor(seed / two32)];
    const digest = createHash('sha256').update(stream, 'utf8').digest();
    this.#streamLow = digest.readUInt32LE(0);
    this.#streamHigh = digest.readUInt32LE(4);
  }

  /** Uniform in [0, 1) with 53 random bits; one block. */
  uniform(): number {
    this.#next();
    return this.#fraction(0);
  }

  /** Uniform integer in [0, below), below ≤ 2^53; one block. Its bias is under below / 2^53. */
  integer(below: number): number {
    if (!(Number.isInteger(below) && below >= 1 && below <= two53)) {
      throw new RangeError(`An upper bound is an integer from 1 to 2^53, and ${below} is not.`);
    }
    return Math.floor(this.uniform() * below);
  }

  /** Two unsigned words, to key something else with; one block. */
  key(): Key {
    this.#next();
    return [this.#block[0]!, this.#block[1]!];
  }

  /** Fills with normal numbers of mean 0 and the given standard deviation; one block for two (Box–Muller). */
  fillNormal(array: Float32Array | Float64Array, deviation: number): void {
    for (let i = 0; i < array.length; i += 2) {
      this.#next();
      // 1 − uniform lies in (0, 1], where the logarithm is finite.
      const radius = deviation * Math.sqrt(-2 * logarithm(1 - this.#fraction(0)));
      const [cosine, sine] = cosineAndSine(this.#fraction(2));
      array[i] = radius * cosine;
      if (i + 1 < array.length) array[i + 1] = radius * sine;
    }
  }

  /** Fills with uniform numbers in [low, high); one block for two. */
  fillUniform(array: Float32Array | Float64Array, low = 0, high = 1): void {
    for (let i = 0; i < array.length; i += 2) {
      this.#next();
      array[i] = low + (high - low) * this.#fraction(0);
      if (i + 1 < array.length) array[i + 1] = low + (high - low) * this.#fraction(2);
    }
  }

  #next(): void {
    const { position } = this;
    const [key0, key1] = this.#key;
    const high = Math.floor(position / two32);
    philoxInto(this.#block, position >>> 0, high, this.#streamLow, this.#streamHigh, key0, key1);
    this.position = position + 1;
  }

  /** 53 bits out of words `at` and `at + 1`. */
  #fraction(at: 0 | 2): number {
    return ((this.#block[at]! >>> 5) * 0x400_0000 + (this.#block[at + 1]! >>> 6)) / two53;
  }
}
