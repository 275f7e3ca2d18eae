// Everything that can be done from the palette, with its keys. What menus have too takes its name and its accelerator from the
// table that they share. Commands that act on runs act on the selected ones.
import { type CommandId, commands as shared } from '../../shared/commands.ts';
import { plain } from '../ui/plain.ts';
import { type Application, pausable, startable, stoppable } from './application.svelte.ts';
import { themes } from './preferences.svelte.ts';

export interface Command {
  id: string;
  label: string;
  /** As in 'c', 'Delete', 'mod+k', 'mod+shift+c'; the first one is shown. */
  keys: string[];
  run: () => void;
}

/** @param all also those that nothing can be done with now, as their keys are to be known before */
export function commandsOf(application: Application, all = false): Command[] {
  const { navigation, preferences, selection, runs, toasts } = application;
  const some = selection.length > 0;
  const known: [CommandId, string[], boolean, () => void][] = [
    ['palette', [], true, () => application.open({ kind: 'palette' })],
    ['go.runs', [], true, () => navigation.go('runs')],
    ['go.new', ['n'], true, () => navigation.go('new')],
    ['go.compare', [], true, () => application.visit('compare')],
    ['go.analysis', [], true, () => application.visit('analysis')],
    ['go.pruning', [], true, () => application.visit('pruning')],
    ['go.report', [], true, () => application.visit('report')],
    ['go.engines', [], true, () => navigation.go('engines')],
    ['go.inspector', [], true, () => navigation.go('inspector')],
    ['import', [], true, () => application.open({ kind: 'import', path: '' })],
    ['go.settings', [], true, () => navigation.go('settings')],
    ['runs.compare', ['c'], some, () => application.compare(selection)],
    ['runs.analyse', ['a'], some, () => application.analyse(selection)],
    ['runs.prune', [], some, () => application.prune(selection)],
    ['runs.start', ['s'], selection.some(startable), () => void application.start(selection)],
    ['runs.pause', ['p'], selection.some(pausable), () => void application.pause(selection)],
    ['runs.stop', [], selection.some(stoppable), () => void application.stop(selection)],
    ['runs.pause-all', [], runs.running.length > 0, () => void application.pause(runs.running)],
    [
      'runs.rename',
      ['F2'],
      selection.length === 1,
      () => application.open({ kind: 'rename-run', run: selection[0]!.id }),
    ],
    [
      'runs.train-on',
      [],
      selection.length === 1 && selection[0]!.summary.checkpoint !== null,
      () => application.open({ kind: 'train-on', run: selection[0]!.id }),
    ],
    ['runs.report', [], some, () => void application.saveReport(selection)],
    ['runs.remove', ['Delete'], some, () => void application.remove(selection)],
    ['undo', ['mod+z'], toasts.undo !== undefined, () => toasts.act(toasts.undo!)],
    ['shortcuts', ['?'], true, () => application.open({ kind: 'shortcuts' })],
  ];
  const offered = known.flatMap(([id, keys, when, run]): Command[] => {
    const { title, accelerator } = shared.find((command) => command.id === id)!;
    return when || all
      ? [{ id, label: title, keys: [...keys, ...(accelerator ? [keysOf(accelerator)] : [])], run }]
      : [];
  });
  const own: Command[] = [
    ...(some
      ? [{ id: 'runs.deselect', label: 'Select nothing', keys: [], run: () => application.selected.clear() }]
      : []),
    ...themes.map((theme) => ({
      id: `theme.${theme}`,
      label: theme === 'system' ? 'Theme: as the system' : `Theme: ${theme}`,
      keys: [],
      run: () => {
        preferences.theme = theme;
      },
    })),
  ];
  return [...offered, ...own];
}

/** Experiments and runs by name, the newest first: where one can go. */
export function placesOf(application: Application): Command[] {
  const { navigation, runs } = application;
  const names = new Map(runs.experiments.map(({ id, name }) => [id, plain(name, 60)]));
  const experiments = runs.experiments.map(({ id, name }) => ({
    id: `experiment.${id}`,
    label: `Experiment: ${plain(name, 80)}`,
    keys: [],
    run: () => navigation.go('runs', { experiment: id }),
  }));
  const single = runs.all.map(({ id, summary }) => ({
    id: `run.${id}`,
    label: `Run: ${plain(summary.name, 80)}, of ${names.get(summary.experiment) ?? summary.experiment}`,
    keys: [],
    run: () => application.open({ kind: 'run', run: id }),
  }));
  return [...experiments.toReversed(), ...single.toReversed()];
}

/** Electron's accelerator as keys of a page: 'CmdOrCtrl+Shift+C' is 'mod+shift+c'. */
export function keysOf(accelerator: string): string {
  const keys = accelerator.replace('CmdOrCtrl', 'mod').replace('Shift', 'shift').replace('Return', 'Enter');
  return keys.replace(/\+([A-Z])$/, (_, letter: string) => `+${letter.toLowerCase()}`);
}

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'target'>;

/** The command of a pressed key: single letters are the reader's own where text is written or a sheet is open. */
export function keyFor(event: Pressed, commands: readonly Command[], sheetOpen: boolean): Command | undefined {
  if (event.altKey) return undefined;
  const mod = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const pressed = (mod ? 'mod+' : '') + (mod && event.shiftKey ? 'shift+' : '') + key;
  const command = commands.find(({ keys }) => keys.includes(pressed));
  if (!command || (sheetOpen && command.id !== 'palette')) return undefined;
  if (writesText(event.target) && (!mod || command.id === 'undo')) return undefined;
  return command;
}

function writesText(target: EventTarget | null): boolean {
  const element = target as { tagName?: string; type?: string; isContentEditable?: boolean } | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') return true;
  return element.tagName === 'INPUT' && !['checkbox', 'radio', 'button'].includes(element.type ?? '');
}

/** Keys as people read them. */
export function keysText(keys: string, mac = false): string {
  return keys
    .replace('mod+', mac ? '⌘ ' : 'Ctrl ')
    .replace('shift+', mac ? '⇧ ' : 'Shift ')
    .replace(/(?<= |^)[a-z]$/, (letter) => letter.toUpperCase());
}
