// What the lab's machine is doing, asked for while somebody looks at it.
import type { MachineLoad } from '../../shared/api.ts';
import type { LabConnection } from '../lab.ts';

const interval = 4000;

export class Machine {
  #load = $state.raw<MachineLoad | null>(null);
  readonly #api: LabConnection['api'];

  constructor(api: LabConnection['api']) {
    this.#api = api;
  }

  /** Null while it is not known. */
  get load(): MachineLoad | null {
    return this.#load;
  }

  /** Until the answer is called; while the page is hidden nothing is asked. */
  watch(): () => void {
    const ask = () => {
      if (document.hidden) return;
      void this.#api.about.load({}).then(
        (load) => {
          this.#load = load;
        },
        () => {
          this.#load = null;
        },
      );
    };
    ask();
    const timer = setInterval(ask, interval);
    return () => clearInterval(timer);
  }
}
