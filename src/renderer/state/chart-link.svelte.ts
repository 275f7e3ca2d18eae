// What charts over one x-axis share: one crosshair and one brush.
import { type Domain, panned, zoomed } from '../../charts/viewport.ts';

export class ChartLink {
  #hover = $state<number | null>(null);
  #view = $state.raw<Domain | null>(null);
  #whole = $state.raw<Domain>([0, 1]);

  /** All of x, over every chart. */
  get whole(): Domain {
    return this.#whole;
  }
  set whole(whole: Domain) {
    if (whole[0] !== this.#whole[0] || whole[1] !== this.#whole[1]) this.#whole = whole;
  }

  /** The part in view; null shows all. */
  get view(): Domain | null {
    return this.#view;
  }

  get hover(): number | null {
    return this.#hover;
  }
  set hover(x: number | null) {
    this.#hover = x;
  }

  show(view: Domain | null): void {
    const all = view && view[0] <= this.#whole[0] && view[1] >= this.#whole[1];
    this.#view = all ? null : view;
  }

  zoom(factor: number, centre?: number): void {
    const view = this.#view ?? this.#whole;
    this.show(zoomed(view, this.#whole, factor, centre ?? (view[0] + view[1]) / 2));
  }

  pan(share: number): void {
    if (this.#view) this.show(panned(this.#view, this.#whole, share));
  }

  reset(): void {
    this.#view = null;
    this.#hover = null;
  }
}
