// Commands that the native menus and the page's palette share: one table of their titles, menus and shortcuts. A menu tells
// the page by an event; what a command does is the page's.

export interface Command {
  id: string;
  title: string;
  menu: 'File' | 'View' | 'Run';
  /** As Electron writes it: CmdOrCtrl is Command on a Mac and Control elsewhere. */
  accelerator?: string;
  /** Stands in its menu below a line. */
  separated?: boolean;
}

const table = [
  { id: 'new-experiment', title: 'New experiment', menu: 'File', accelerator: 'CmdOrCtrl+N' },
  { id: 'add-corpus', title: 'Add corpus…', menu: 'File', accelerator: 'CmdOrCtrl+Shift+N' },
  { id: 'export-report', title: 'Export report…', menu: 'File', accelerator: 'CmdOrCtrl+E', separated: true },
  { id: 'settings', title: 'Settings…', menu: 'File', accelerator: 'CmdOrCtrl+,', separated: true },
  { id: 'palette', title: 'Command palette…', menu: 'View', accelerator: 'CmdOrCtrl+K' },
  { id: 'show-runs', title: 'Runs', menu: 'View', accelerator: 'CmdOrCtrl+1', separated: true },
  { id: 'show-compare', title: 'Compare', menu: 'View', accelerator: 'CmdOrCtrl+2' },
  { id: 'show-engines', title: 'Engines', menu: 'View', accelerator: 'CmdOrCtrl+3' },
  { id: 'start-runs', title: 'Start', menu: 'Run', accelerator: 'CmdOrCtrl+Return' },
  { id: 'pause-runs', title: 'Pause', menu: 'Run', accelerator: 'CmdOrCtrl+P' },
  { id: 'stop-runs', title: 'Stop', menu: 'Run', accelerator: 'CmdOrCtrl+.' },
  { id: 'compare-runs', title: 'Compare chosen runs', menu: 'Run', accelerator: 'CmdOrCtrl+Shift+C', separated: true },
  { id: 'repeat-runs', title: 'Run again', menu: 'Run' },
  { id: 'remove-runs', title: 'Remove', menu: 'Run', separated: true },
  { id: 'restore', title: 'Bring back what was removed', menu: 'Run' },
] as const satisfies readonly Command[];

export const commands: readonly Command[] = table;
export type CommandId = (typeof table)[number]['id'];
