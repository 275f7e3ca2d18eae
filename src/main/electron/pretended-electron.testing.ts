// As much of Electron as the shell touches, with nothing behind it: for tests alone. Everything that the shell does to it can
// be seen in `electron`.
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';

type Listener = (...values: never[]) => unknown;

class PretendedWindow extends EventEmitter {
  static all: PretendedWindow[] = [];
  readonly options: Record<string, unknown>;
  address = '';
  visible = false;
  progress = -1;

  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    PretendedWindow.all.push(this);
  }

  async loadURL(address: string): Promise<void> {
    this.address = address;
    this.emit('ready-to-show');
  }
  show(): void {
    this.visible = true;
  }
  hide(): void {
    this.visible = false;
  }
  isVisible = () => this.visible;
  isFocused = () => false;
  isMinimized = () => false;
  isMaximized = () => false;
  maximize(): void {}
  focus(): void {}
  getNormalBounds = () => ({ x: 10, y: 20, width: 900, height: 700 });
  setProgressBar(progress: number): void {
    this.progress = progress;
  }
  /** As the person does it. */
  close(): void {
    let prevented = false;
    this.emit('close', { preventDefault: () => (prevented = true) });
    if (!prevented) this.emit('closed');
  }
}

/** A utility process made of a Node process. */
class PretendedUtilityProcess extends EventEmitter {
  readonly #child;
  constructor(file: string, args: string[]) {
    super();
    this.#child = fork(file, args, {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('close', (code) => this.emit('exit', code));
  }
  get pid() {
    return this.#child.pid;
  }
  get stdout() {
    return this.#child.stdout;
  }
  get stderr() {
    return this.#child.stderr;
  }
  postMessage(message: never): void {
    // To one that has ended, nothing is sent and nothing is thrown.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
  kill(): boolean {
    return this.#child.kill();
  }
}

const calls: string[] = [];
const handlers: Record<string, Listener> = {};
const keep = (name: string) => (handler: Listener) => {
  handlers[name] = handler;
};

const session = Object.assign(new EventEmitter(), {
  setPermissionRequestHandler: keep('permission request'),
  setPermissionCheckHandler: keep('permission check'),
  setDevicePermissionHandler: keep('device permission'),
  webRequest: {
    onBeforeRequest: (filter: { urls: string[] }, handler: Listener) =>
      Object.assign(handlers, { network: handler, filter: () => filter }),
  },
  protocol: {
    handle: (scheme: string, handler: Listener) => Object.assign(handlers, { [`scheme ${scheme}`]: handler }),
  },
});

const ready = Promise.withResolvers<void>();

export const app = Object.assign(new EventEmitter(), {
  isPackaged: true,
  hasLock: true,
  folder: '',
  exitCode: null as number | null,
  requestSingleInstanceLock: () => app.hasLock,
  whenReady: () => ready.promise,
  enableSandbox: () => void calls.push('sandbox'),
  setAboutPanelOptions: () => {},
  getVersion: () => '0.0.0',
  getPath: () => app.folder,
  quit: () => void calls.push('quit'),
  exit(code: number) {
    app.exitCode = code;
  },
});
export const protocol = { registerSchemesAsPrivileged: () => void calls.push('scheme') };
export const ipcMain = new EventEmitter();
export const dialog = {
  answer: 0,
  questions: [] as { message: string; buttons: string[] }[],
  errors: [] as string[],
  paths: [] as string[],
  async showMessageBox(_: unknown, question: { message: string; buttons: string[] }) {
    dialog.questions.push(question);
    return { response: dialog.answer };
  },
  showErrorBox: (title: string, text: string) => void dialog.errors.push(`${title}: ${text}`),
  showOpenDialog: async () => ({ canceled: dialog.paths.length === 0, filePaths: dialog.paths }),
  showSaveDialog: async () => ({ canceled: dialog.paths.length === 0, filePath: dialog.paths[0] }),
};
export const shell = {
  opened: [] as string[],
  openExternal: async (address: string) => void shell.opened.push(address),
  openPath: async (path: string) => void shell.opened.push(path),
};
export const powerSaveBlocker = {
  on: new Set<number>(),
  start() {
    powerSaveBlocker.on.add(1);
    return 1;
  },
  stop: (id: number) => void powerSaveBlocker.on.delete(id),
};
export class Notification extends EventEmitter {
  static shown: string[] = [];
  readonly words: { title: string };
  constructor(words: { title: string }) {
    super();
    this.words = words;
  }
  show(): void {
    Notification.shown.push(this.words.title);
  }
}
export const Menu = {
  template: [] as unknown[],
  buildFromTemplate: (template: unknown[]) => template,
  setApplicationMenu(template: unknown[]) {
    Menu.template = template;
  },
};
export const nativeTheme = { shouldUseDarkColors: true };
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] };
export const utilityProcess = { fork: (file: string, args: string[]) => new PretendedUtilityProcess(file, args) };
/** What a preload script did. */
export const preload = { exposed: {} as Record<string, unknown>, said: [] as unknown[][] };
export const contextBridge = {
  exposeInMainWorld(name: string, value: unknown) {
    preload.exposed[name] = value;
  },
};
export const ipcRenderer = { postMessage: (...values: unknown[]) => void preload.said.push(values) };
export const webUtils = { getPathForFile: (file: unknown) => `path of ${file}` };
const modules = { defaultSession: session };

export { modules as session, PretendedWindow as BrowserWindow };

export const seen = { calls, handlers, session, windows: PretendedWindow.all, ready: ready.resolve };
