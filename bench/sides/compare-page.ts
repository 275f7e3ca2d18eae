// The compare screen in a browser, and what its frames cost while it is panned, zoomed and told of new steps.
import type { CDPSession, Page } from 'playwright-core';

/** Milliseconds; CPU time is that of the page's main thread, which other work on the machine does not lengthen. */
export interface Frames {
  frames: number;
  interval: { median: number; high: number };
  /** A frame's share of the thread's CPU time: in scripts, and all of it. */
  script: number;
  thread: number;
}

export type Gesture = 'pan' | 'zoom' | 'crosshair';

export class ComparePage {
  readonly #page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  /** On the list of runs, everything read. */
  static async open(page: Page, address: string): Promise<ComparePage> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(address);
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    await page.waitForTimeout(1000);
    return new ComparePage(page, session);
  }

  /** Milliseconds from the choice of runs until their curves are on the screen. */
  async compare(runs: readonly string[]): Promise<number> {
    return this.#page.evaluate(async (hash) => {
      const frame = () => new Promise(requestAnimationFrame);
      const start = performance.now();
      location.hash = hash;
      const chart = () => document.querySelector('[aria-label^="Training loss. "]');
      while (!chart()?.querySelector('canvas') || chart()?.querySelector('.empty')) {
        if (performance.now() - start > 60_000) throw new Error('The curves are not there after a minute.');
        await frame();
      }
      // The frame in which they are drawn, and the one that shows that it is over.
      await frame();
      await frame();
      return performance.now() - start;
    }, `#/compare?runs=${runs.join()}`);
  }

  /** One piece of a gesture every frame, over the chart of the training loss. */
  async gesture(kind: Gesture, frames: number): Promise<Frames> {
    await this.#page.waitForTimeout(600);
    return this.#measured(() =>
      this.#page.evaluate(
        async ([kind, frames]) => {
          const chart = document.querySelector<HTMLElement>('[aria-label^="Training loss. "]')!;
          const box = chart.getBoundingClientRect();
          const times: number[] = [];
          const at = (share: number) => ({ clientX: box.left + share * box.width, clientY: box.top + box.height / 2 });
          const wheel = (more: WheelEventInit) =>
            chart.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, ...at(0.6), ...more }));
          for (let index = 0; index < frames; index += 1) {
            times.push(await new Promise<number>(requestAnimationFrame));
            const back = Math.floor(index / 60) % 2 === 1;
            if (kind === 'zoom') wheel({ ctrlKey: true, deltaY: back ? 30 : -30 });
            else if (kind === 'pan') wheel({ deltaX: back ? -12 : 12 });
            else {
              const share = 0.1 + 0.8 * Math.abs(((index / 60) % 2) - 1);
              chart.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, ...at(share) }));
            }
          }
          return times;
        },
        [kind, frames] as const,
      ),
    );
  }

  /** The middle tenth of everything, as finely as the lab has it. */
  async lookCloser(): Promise<void> {
    const box = (await this.#page.locator('[aria-label^="Training loss. "]').boundingBox())!;
    await this.#page.mouse.move(box.x + box.width * 0.45, box.y + 100);
    await this.#page.mouse.down();
    await this.#page.mouse.move(box.x + box.width * 0.55, box.y + 100, { steps: 4 });
    await this.#page.mouse.up();
    await this.#page.waitForTimeout(1500);
  }

  async seeAll(): Promise<void> {
    await this.#page.getByRole('button', { name: 'See all' }).click();
    await this.#page.waitForTimeout(600);
  }

  /** Frames while `work` goes on outside of the page. */
  async during(work: () => Promise<void>): Promise<Frames> {
    return this.#measured(async () => {
      await this.#page.evaluate(() => {
        const times: number[] = [];
        const next = (time: number) => {
          times.push(time);
          if (!stopped) requestAnimationFrame(next);
        };
        let stopped = false;
        requestAnimationFrame(next);
        Object.assign(window, {
          stopTimes: () => {
            stopped = true;
            return times;
          },
        });
      });
      await work();
      return this.#page.evaluate(() => (window as unknown as { stopTimes(): number[] }).stopTimes());
    });
  }

  /** Bytes of the page's heap after collecting what nobody holds. */
  async heap(): Promise<number> {
    await this.#page.waitForTimeout(500);
    for (let round = 0; round < 3; round += 1) await this.#session.send('HeapProfiler.collectGarbage');
    return (await this.#session.send('Runtime.getHeapUsage')).usedSize;
  }

  async #measured(times: () => Promise<number[]>): Promise<Frames> {
    const before = await this.#durations();
    const all = await times();
    const after = await this.#durations();
    const intervals = all
      .slice(1)
      .map((time, index) => time - all[index]!)
      .sort((a, b) => a - b);
    const share = (part: number) => intervals[Math.floor(part * (intervals.length - 1))] ?? Number.NaN;
    return {
      frames: all.length,
      interval: { median: share(0.5), high: share(0.95) },
      script: ((after.script - before.script) / all.length) * 1000,
      thread: ((after.thread - before.thread) / all.length) * 1000,
    };
  }

  async #durations(): Promise<{ script: number; thread: number }> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const read = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
    return { script: read('ScriptDuration'), thread: read('TaskDuration') };
  }
}
