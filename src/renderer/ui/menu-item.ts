// An entry of a menu.

export interface MenuItem {
  label: string;
  run: () => void;
  /** Why it cannot be done now; shown, and the item is off. */
  off?: string | undefined;
  danger?: boolean;
}
