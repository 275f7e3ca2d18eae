// The native menus, from the table of commands that the page's palette reads too. Pure: a template, no menu.
import type { MenuItemConstructorOptions } from 'electron';
import { type Command, type CommandId, commands } from '../../shared/commands.ts';
import { invisible } from '../../shared/printable.ts';

export interface MenuActions {
  command(id: CommandId): void;
  openExperiment(id: string): void;
  showFolder(): void;
}

export interface MenuState {
  platform: NodeJS.Platform;
  /** Most recent first. */
  experiments: readonly { id: string; name: string }[];
  /** With what helps to look inside the page. */
  developer: boolean;
}

const line: MenuItemConstructorOptions = { type: 'separator' };

export function menuTemplate(state: MenuState, actions: MenuActions): MenuItemConstructorOptions[] {
  const { platform, developer } = state;
  const mac = platform === 'darwin';
  const of = (menu: Command['menu']) => commandItems(menu, actions, mac);
  const settings = commands.find(({ id }) => id === 'go.settings')!;
  const appMenu: MenuItemConstructorOptions = {
    label: 'SimBal Lab',
    submenu: [
      { role: 'about' },
      line,
      commandItem(settings, actions),
      line,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      line,
      { role: 'quit' },
    ],
  };
  return [
    ...(mac ? [appMenu] : []),
    {
      label: 'File',
      submenu: [
        ...of('File'),
        line,
        { label: 'Open recent', submenu: recent(state, actions) },
        { label: mac ? 'Show in Finder' : 'Show folder', click: actions.showFolder },
        line,
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        ...of('View'),
        line,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(developer ? [line, { role: 'reload' as const }, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { label: 'Run', submenu: of('Run') },
    { role: 'windowMenu' },
    { role: 'help', submenu: [...of('Help'), ...(mac ? [] : [line, { role: 'about' as const }])] },
  ];
}

/** On a Mac the settings stand in the application's own menu. */
function commandItems(menu: Command['menu'], actions: MenuActions, mac: boolean): MenuItemConstructorOptions[] {
  return commands
    .filter((command) => command.menu === menu && !(mac && command.id === 'go.settings'))
    .flatMap((command) => [...(command.separated ? [line] : []), commandItem(command, actions)]);
}

function commandItem({ id, title, accelerator }: Command, actions: MenuActions): MenuItemConstructorOptions {
  const click = () => actions.command(id as CommandId);
  return { id, label: title, click, ...(accelerator && { accelerator }) };
}

const mostRecent = 8;
const longestLabel = 60;

function recent({ experiments }: MenuState, { openExperiment }: MenuActions): MenuItemConstructorOptions[] {
  if (experiments.length === 0) return [{ label: 'No experiment yet', enabled: false }];
  return experiments
    .slice(0, mostRecent)
    .map(({ id, name }) => ({ label: label(name), click: () => openExperiment(id) }));
}

/** An ampersand would mark a letter; what turns or breaks a line is left out. */
function label(name: string): string {
  const plain = name.replace(invisible, '');
  const characters = [...plain];
  const short = characters.length > longestLabel ? `${characters.slice(0, longestLabel - 1).join('')}…` : plain;
  return short.replaceAll('&', '&&') || 'Unnamed';
}
