// Short messages that go away by themselves: what was done, with a way back where there is one, and what failed.
import { LabError, nextAction } from '../../shared/errors.ts';

export interface Toast {
  id: number;
  text: string;
  /** What to do about it, of an error. */
  remedy?: string | undefined;
  failed: boolean;
  /** Of a warning: how many others came while one was shown. */
  others?: number;
  action?: { label: string; run: () => void } | undefined;
}

/** Of an action that takes back what the toast tells: what the shortcut of undoing presses. */
export const undoLabel = 'Undo';

/** At once. */
const most = 4;

export class Toasts {
  #list = $state.raw<readonly Toast[]>([]);
  #next = 1;
  #dialogs = $state.raw<readonly object[]>([]);
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  get list(): readonly Toast[] {
    return this.#list;
  }
  /** The modal dialog that they are shown in, the uppermost: what is outside of one can be neither read nor pressed. Null without one. */
  get dialog(): object | null {
    return this.#dialogs.at(-1) ?? null;
  }
  /** Until the answer is called. */
  showIn(dialog: object): () => void {
    this.#dialogs = [...this.#dialogs, dialog];
    return () => {
      this.#dialogs = this.#dialogs.filter((one) => one !== dialog);
    };
  }
  /** The newest one that can be taken back. */
  get undo(): Toast | undefined {
    return this.#list.findLast(({ action }) => action?.label === undoLabel);
  }

  tell(text: string, action?: Toast['action']): void {
    this.#add({ id: this.#next++, text, failed: false, action }, action ? 12_000 : 5000);
  }

  /**
   * Something happened by itself that is worth a look. Runs may warn by the dozen, so that one is shown at a time: the newest,
   * but nothing ordinary in place of what is critical. The others are counted.
   */
  warn(text: string, critical: boolean, action: NonNullable<Toast['action']>): void {
    const shown = this.#list.find(({ others }) => others !== undefined);
    if (shown) this.close(shown.id);
    const others = shown ? shown.others! + 1 : 0;
    const worse = shown?.failed && !critical ? shown : { text, failed: critical, action };
    this.#add({ ...worse, id: this.#next++, others }, 30_000);
  }

  /** Stays until it is closed: an error is to be read. */
  fail(thrown: unknown): void {
    const error = LabError.from(thrown);
    if (this.#list.some(({ text }) => text === error.message)) return;
    this.#add({ id: this.#next++, text: error.message, remedy: nextAction(error), failed: true }, null);
  }

  act(toast: Toast): void {
    this.close(toast.id);
    toast.action?.run();
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }

  /** Milliseconds, or null until it is closed. What only tells makes room before what failed does, which makes none for it. */
  #add(toast: Toast, milliseconds: number | null): void {
    const before = this.#list;
    const going = before.find(({ failed }) => !failed) ?? (toast.failed ? before[0] : undefined);
    if (going && before.length >= most) this.close(going.id);
    this.#list = [...this.#list, toast];
    if (milliseconds === null) return;
    this.#timers.set(
      toast.id,
      setTimeout(() => this.close(toast.id), milliseconds),
    );
  }
}
