// What a pointer, a wheel and the keyboard do to a plot: they move the crosshair, brush, zoom and pan what its link shows.
import { crosshairAfter } from '../../charts/crosshair.ts';
import type { Plot, PlotSeries } from '../../charts/plot.ts';
import { between, type Domain, valueAt } from '../../charts/viewport.ts';
import type { ChartLink } from '../state/chart-link.svelte.ts';

export interface PlotInputOptions {
  plot(): Plot | null;
  /** What it draws. */
  series(): readonly PlotSeries[];
  link(): ChartLink;
  /** Whether it can be looked at closer. */
  brush(): boolean;
  /** The crosshair was moved by a key: what lies under it is to be said. */
  read(): void;
}

export class PlotInput {
  readonly #options: PlotInputOptions;
  #drag = $state.raw<{ from: number; to: number } | null>(null);
  #inside = $state(false);

  constructor(options: PlotInputOptions) {
    this.#options = options;
  }

  /** The brush, while it is drawn; in x. */
  get drag(): { from: number; to: number } | null {
    return this.#drag;
  }
  /** Whether the pointer is over the plot. */
  get inside(): boolean {
    return this.#inside;
  }

  moved = (event: PointerEvent): void => {
    const plot = this.#options.plot();
    if (!plot) return;
    this.#inside = true;
    const at = under(event, plot);
    this.#options.link().hover = at;
    if (this.#drag) this.#drag = { ...this.#drag, to: at };
  };

  left = (): void => {
    this.#inside = false;
    if (!this.#drag) this.#options.link().hover = null;
  };

  pressed = (event: PointerEvent): void => {
    const plot = this.#options.plot();
    if (!plot || !this.#options.brush() || event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const at = under(event, plot);
    this.#drag = { from: at, to: at };
  };

  released = (): void => {
    const plot = this.#options.plot();
    if (!this.#drag || !plot) return;
    const { from, to } = this.#drag;
    const least = ((plot.view[1] - plot.view[0]) * 4) / (plot.frame.right - plot.frame.left);
    const chosen: Domain | null = between(from, to, least);
    this.#drag = null;
    if (chosen) this.#options.link().show(chosen);
  };

  /** The page took the pointer to scroll: nothing was brushed. */
  cancelled = (): void => {
    this.#drag = null;
    this.left();
  };

  /** For {@attach …}: a listener that may keep the page from scrolling. */
  wheeled = (element: HTMLElement) => {
    element.addEventListener('wheel', this.#wheel, { passive: false });
    return () => element.removeEventListener('wheel', this.#wheel);
  };

  #wheel = (event: WheelEvent): void => {
    const plot = this.#options.plot();
    if (!plot || !this.#options.brush()) return;
    const link = this.#options.link();
    const sideways = event.deltaX !== 0 && Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey || event.metaKey) link.zoom(1.0025 ** event.deltaY, under(event, plot));
    else if (sideways && link.view) link.pan(event.deltaX / (plot.frame.right - plot.frame.left));
    else return;
    event.preventDefault();
  };

  key = (event: KeyboardEvent): void => {
    const plot = this.#options.plot();
    if (!plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const link = this.#options.link();
    const side = ({ ArrowLeft: -1, ArrowRight: 1 } as const)[event.key];
    if (side !== undefined && event.shiftKey) link.pan(side * 0.1);
    else if (side !== undefined) this.#step(plot, side);
    else if (this.#options.brush() && (event.key === '+' || event.key === '=')) link.zoom(0.5, link.hover ?? undefined);
    else if (this.#options.brush() && event.key === '-') link.zoom(2, link.hover ?? undefined);
    else if (event.key === '0') link.reset();
    else if (event.key === 'Escape') link.hover = null;
    else return;
    event.preventDefault();
  };

  #step(plot: Plot, side: 1 | -1): void {
    const link = this.#options.link();
    link.hover = crosshairAfter(link.hover, side, plot, this.#options.series());
    this.#options.read();
  }
}

/** The x under a pointer, within the frame. */
function under(event: MouseEvent, { frame, view, x }: Plot): number {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  const pixel = Math.min(frame.right, Math.max(frame.left, event.clientX - box.left));
  return valueAt(pixel, view, [frame.left, frame.right], x.options.scale);
}
