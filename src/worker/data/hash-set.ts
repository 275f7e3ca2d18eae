// A set of sha256 digests by their first 128 bits: 16 bytes a place and at most two thirds of the places in use,
// where a Set of strings would take some hundred bytes each and end at 2^24.

const words = 4;

export class HashSet {
  #places = new Uint32Array(1024 * words);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when it was there already. */
  add(digest: Buffer): boolean {
    const key = new Uint32Array([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)));
    // All zeros marks a free place; a digest that begins so (one in 2^128) is taken for its neighbour.
    if (key.every((word) => word === 0)) key[0] = 1;
    if ((this.#size + 1) * words * 1.5 > this.#places.length) this.#grow();
    if (!insert(this.#places, key)) return false;
    this.#size++;
    return true;
  }

  #grow(): void {
    const old = this.#places;
    this.#places = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += words) {
      const key = old.subarray(at, at + words);
      if (key.some((word) => word !== 0)) insert(this.#places, key);
    }
  }
}

function insert(places: Uint32Array, key: Uint32Array): boolean {
  const mask = places.length / words - 1;
  for (let place = key[0]! & mask; ; place = (place + 1) & mask) {
    const at = place * words;
    const held = places.subarray(at, at + words);
    if (held.every((word) => word === 0)) {
      held.set(key);
      return true;
    }
    if (held.every((word, i) => word === key[i])) return false;
  }
}
