// A picture in memory that curves are painted into column by column: for curves with more points than pixels, which a canvas
// strokes ten times slower. Inks lie over one another as a canvas has them; curves painted together are one ink, which does
// not deepen where they meet, so that ten traces of one objective stay as light as one.

/** Red, green, blue and opacity, each from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** Of each column the rows that a curve covers; none where high < low. */
export interface Spans {
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

export class Pixels {
  readonly width: number;
  readonly height: number;
  /** Row by row, four bytes a pixel, as ImageData has them. */
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
  /** The same, a number a pixel. */
  readonly #pixels: Uint32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.bytes = new Uint8ClampedArray(4 * width * height);
    this.#pixels = new Uint32Array(this.bytes.buffer);
  }

  /** Nothing any more in the columns from..to - 1. */
  clear(from: number, to: number): void {
    for (let row = 0; row < this.height; row += 1) {
      this.#pixels.fill(0, row * this.width + from, row * this.width + to);
    }
  }

  /**
   * In each of the columns from..to - 1 what lies between low and high of any curve, in rows, and `half` a row more on either
   * side. A row that is covered in part gets as much of the opacity.
   */
  paint(curves: readonly Spans[], [from, to]: readonly [from: number, to: number], half: number, colour: Colour): void {
    // The spans of one column, topmost first.
    const tops = new Float64Array(curves.length);
    const bottoms = new Float64Array(curves.length);
    for (let column = from; column < to; column += 1) {
      let count = 0;
      for (const { low, high } of curves) {
        if (!(high[column]! >= low[column]!)) continue;
        const [top, bottom] = [low[column]! - half, high[column]! + half];
        let place = count;
        for (; place > 0 && tops[place - 1]! > top; place -= 1) {
          tops[place] = tops[place - 1]!;
          bottoms[place] = bottoms[place - 1]!;
        }
        tops[place] = top;
        bottoms[place] = bottom;
        count += 1;
      }
      for (let index = 0; index < count; ) {
        const top = tops[index]!;
        let bottom = bottoms[index]!;
        for (index += 1; index < count && tops[index]! <= bottom; index += 1)
          bottom = Math.max(bottom, bottoms[index]!);
        this.#span(column, Math.max(0, top), Math.min(this.height, bottom), colour);
      }
    }
  }

  #span(column: number, top: number, bottom: number, colour: Colour): void {
    if (!(bottom > top)) return;
    const first = Math.floor(top);
    const last = Math.ceil(bottom) - 1;
    const alpha = colour[3];
    if (first === last) {
      this.#ink(column + first * this.width, colour, Math.round(alpha * (bottom - top)));
      return;
    }
    this.#ink(column + first * this.width, colour, Math.round(alpha * (first + 1 - top)));
    const whole = word(colour, alpha);
    const end = column + last * this.width;
    for (let at = column + (first + 1) * this.width; at < end; at += this.width) {
      const before = this.#pixels[at]!;
      this.#pixels[at] = alpha === 255 || before === 0 ? whole : over(before, colour, alpha);
    }
    this.#ink(end, colour, Math.round(alpha * (bottom - last)));
  }

  #ink(at: number, colour: Colour, alpha: number): void {
    if (alpha > 0) this.#pixels[at] = over(this.#pixels[at]!, colour, alpha);
  }
}

/** A pixel with ink of some opacity over it. */
function over(before: number, colour: Colour, alpha: number): number {
  const under = before >>> 24;
  if (under === 0 || alpha === 255) return word(colour, alpha);
  const rest = (under * (255 - alpha)) / 255;
  const share = alpha / (alpha + rest);
  const red = mix(before & 255, colour[0], share);
  const green = mix((before >>> 8) & 255, colour[1], share);
  const blue = mix((before >>> 16) & 255, colour[2], share);
  return (red | (green << 8) | (blue << 16) | (Math.round(alpha + rest) << 24)) >>> 0;
}

const mix = (under: number, over: number, share: number) => (under + (over - under) * share + 0.5) | 0;

/** As the bytes of a pixel lie in memory, lowest first. */
const word = ([red, green, blue]: Colour, alpha: number) => (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
