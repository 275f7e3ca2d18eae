// How the window is made. Pure; asserted by a test, since each of these lines closes a door.
import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron';
import type { Bounds } from './window-state.ts';

export function webPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    plugins: false,
    spellcheck: false,
    // Curves grow also while another window covers this one.
    backgroundThrottling: false,
  };
}

export interface WindowOptions {
  preload: string;
  icon: string;
  bounds: Bounds;
  dark: boolean;
}

export function windowOptions({ preload, icon, bounds, dark }: WindowOptions): BrowserWindowConstructorOptions {
  return {
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    title: 'SimBal Lab',
    icon,
    // Shown when the page is drawn; until then no flash of the other theme.
    show: false,
    backgroundColor: dark ? '#17181a' : '#ffffff',
    webPreferences: webPreferences(preload),
  };
}
