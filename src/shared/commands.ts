// Commands that the native menus and the page's palette share: one table of their titles, menus and shortcuts. A menu tells
// the page by an event; what a command does is the page's.

export interface Command {
  id: string;
  title: string;
  menu: 'File' | 'View' | 'Run' | 'Help';
  /** As Electron writes it: CmdOrCtrl is Command on a Mac and Control elsewhere. */
  accelerator?: string;
  /** Stands in its menu below a line. */
  separated?: boolean;
}

const table = [
  { id: 'go.new', title: 'New experiment', menu: 'File', accelerator: 'CmdOrCtrl+N' },
  { id: 'import', title: 'Import a bundle or curves…', menu: 'File' },
  { id: 'go.settings', title: 'Settings…', menu: 'File', accelerator: 'CmdOrCtrl+,', separated: true },
  { id: 'palette', title: 'Commands…', menu: 'View', accelerator: 'CmdOrCtrl+K' },
  { id: 'go.runs', title: 'Runs', menu: 'View', accelerator: 'CmdOrCtrl+1', separated: true },
  { id: 'go.compare', title: 'Compare', menu: 'View', accelerator: 'CmdOrCtrl+2' },
  { id: 'go.analysis', title: 'Analysis', menu: 'View' },
  { id: 'go.pruning', title: 'Pruning', menu: 'View' },
  { id: 'go.report', title: 'Report', menu: 'View' },
  { id: 'go.engines', title: 'Engines', menu: 'View', accelerator: 'CmdOrCtrl+3' },
  { id: 'go.inspector', title: 'Inspector', menu: 'View', accelerator: 'CmdOrCtrl+I' },
  { id: 'runs.compare', title: 'Compare selected', menu: 'Run', accelerator: 'CmdOrCtrl+Shift+C' },
  { id: 'runs.analyse', title: 'Analyse selected', menu: 'Run' },
  { id: 'runs.prune', title: 'Prune selected', menu: 'Run' },
  { id: 'runs.start', title: 'Start selected', menu: 'Run', accelerator: 'CmdOrCtrl+Return', separated: true },
  { id: 'runs.pause', title: 'Pause selected', menu: 'Run', accelerator: 'CmdOrCtrl+P' },
  { id: 'runs.stop', title: 'Stop selected', menu: 'Run', accelerator: 'CmdOrCtrl+.' },
  { id: 'runs.pause-all', title: 'Pause everything that runs', menu: 'Run' },
  { id: 'runs.rename', title: 'Rename selected…', menu: 'Run', separated: true },
  { id: 'runs.train-on', title: 'Train selected on…', menu: 'Run' },
  { id: 'runs.report', title: 'Save the comparison as a page…', menu: 'Run' },
  { id: 'runs.remove', title: 'Remove selected', menu: 'Run' },
  { id: 'undo', title: 'Undo the last removal', menu: 'Run' },
  { id: 'shortcuts', title: 'Keyboard shortcuts', menu: 'Help' },
] as const satisfies readonly Command[];

export const commands: readonly Command[] = table;
export type CommandId = (typeof table)[number]['id'];
