// Short messages that go away by themselves: what was done, with a way back where there is one, and what failed.
import { LabError } from '../../shared/errors.ts';

export interface Toast {
  id: number;
  text: string;
  /** What to do about it, of an error. */
  remedy?: string | undefined;
  failed: boolean;
  action?: { label: string; run: () => void } | undefined;
}

/** Of an action that takes back what the toast tells: what the shortcut of undoing presses. */
export const undoLabel = 'Undo';

export class Toasts {
  #list = $state.raw<readonly Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  get list(): readonly Toast[] {
    return this.#list;
  }
  /** The newest one that can be taken back. */
  get undo(): Toast | undefined {
    return this.#list.findLast(({ action }) => action?.label === undoLabel);
  }

  tell(text: string, action?: Toast['action']): void {
    this.#add({ id: this.#next++, text, failed: false, action }, action ? 12_000 : 5000);
  }

  /** Something happened by itself that is worth a look. */
  warn(text: string, critical: boolean, action: NonNullable<Toast['action']>): void {
    this.#add({ id: this.#next++, text, failed: critical, action }, 30_000);
  }

  /** Stays until it is closed: an error is to be read. */
  fail(thrown: unknown): void {
    const { message, remedy } = LabError.from(thrown);
    if (this.#list.some(({ text }) => text === message)) return;
    this.#add({ id: this.#next++, text: message, remedy, failed: true }, 30_000);
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

  #add(toast: Toast, milliseconds: number): void {
    this.#list = [...this.#list, toast].slice(-4);
    this.#timers.set(
      toast.id,
      setTimeout(() => this.close(toast.id), milliseconds),
    );
  }
}
