// Colours of a page as a canvas takes them. Asking is slow, so each is asked for once a theme.
import type { Colour } from '../../charts/pixels.ts';

export interface Ink {
  /** As the page computes it: no variables in it. */
  css: string;
  colour: Colour;
}

export class Inks {
  readonly #element: HTMLElement;
  #theme: string | null = null;
  #known = new Map<string, Ink>();

  /** The colours are those that `element` would have. */
  constructor(element: HTMLElement) {
    this.#element = element;
  }

  of(wanted: string, theme: string): Ink {
    if (theme !== this.#theme) this.#known.clear();
    this.#theme = theme;
    const known = this.#known.get(wanted);
    if (known) return known;
    this.#element.style.color = wanted;
    const css = getComputedStyle(this.#element).color;
    this.#element.style.color = '';
    const ink = { css, colour: bytesOf(css) };
    this.#known.set(wanted, ink);
    return ink;
  }
}

/** Whatever way it is written in, a pixel of it has bytes. */
function bytesOf(css: string): Colour {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  return [red!, green!, blue!, alpha!];
}
