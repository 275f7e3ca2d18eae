// A shuffled order without a shuffled list: a keyed bijection on [0, size), evaluated at one index at a time.
// A balanced Feistel network over Philox permutes the next power of four; indices that fall outside of the range are
// permuted again until they come back in ("cycle walking", Black and Rogaway 2002), under four passes on average.
import { type Key, philoxInto } from './philox.ts';

const feistelRounds = 8;
const largestSize = 2 ** 52;
const block = new Uint32Array(4);

/**
 * The place that `index` has in the order of `key`.
 * @throws RangeError when size is not an integer in [1, 2^52] or index is not an integer in [0, size).
 */
export function permute(index: number, size: number, key: Key): number {
  if (!Number.isInteger(size) || size < 1 || size > largestSize) {
    throw new RangeError(`A permutation has 1 to 2^52 members, not ${size}.`);
  }
  if (!Number.isInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`Index ${index} lies outside of a permutation of ${size}.`);
  }
  let halfBits = 0;
  while (4 ** halfBits < size) halfBits++;
  const half = 2 ** halfBits;
  let place = index;
  do {
    let left = Math.floor(place / half);
    let right = place % half;
    for (let round = 0; round < feistelRounds; round++) {
      philoxInto(block, right, round, halfBits, 0, key[0], key[1]);
      [left, right] = [right, (left ^ (block[0]! & (half - 1))) >>> 0];
    }
    place = left * half + right;
  } while (place >= size);
  return place;
}
