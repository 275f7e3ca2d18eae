// The desktop shell: one lab, one window, and what the system offers around it. What it decides is decided in the pure files
// beside it; this one only connects.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, screen, session, shell } from 'electron';
import { connectChannel } from '../../shared/desktop-bridge.ts';
import { LabError } from '../../shared/errors.ts';
import { waitingKind } from '../../shared/waiting.ts';
import { defaultHome } from '../cli/io.ts';
import { type LaunchWorker, readerFile } from '../compute/index.ts';
import { type LabApi, openLabApi } from '../lab-api/index.ts';
import { pageFiles } from '../page/page-files.ts';
import { isPage, pageAddress } from './address.ts';
import { dialogsOver } from './dialogs.ts';
import { guardContents, guardSession } from './guard.ts';
import { menuTemplate } from './menu.ts';
import { registerScheme, servePage } from './page-protocol.ts';
import { overPortMain } from './port.ts';
import { openPrinter } from './printer.ts';
import { closingAnswers, closingQuestion, lateQuestion } from './training-state.ts';
import { watchTraining } from './training-watch.ts';
import { utilityWorkers } from './utility-worker.ts';
import { windowOptions } from './window-options.ts';
import { fitting, readWindowState, writeWindowState } from './window-state.ts';

/** Milliseconds that a lab may take to close before it is asked whether to wait on. */
const lateAfter = 10_000;

export interface ApplicationOptions {
  /** Where the built page lies; beside this program when left out. */
  page?: string;
  /** Where the lab lies; the user's own when left out. */
  home?: string;
  /** What a worker is; a utility process when left out. */
  launch?: LaunchWorker;
}

const beside = (...path: string[]) => join(import.meta.dirname, '..', ...path);

/**
 * A second instance shows the window of the first and ends. Nothing here may be waited for: Electron is not ready before the
 * program's first file has run to its end.
 */
export function startApplication(options: ApplicationOptions = {}): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerScheme();
  app.enableSandbox();
  guardContents(app);
  app.setAboutPanelOptions({ applicationName: 'SimBal Lab', applicationVersion: app.getVersion() });
  app
    .whenReady()
    .then(() => open(options))
    .catch((thrown) => explain('The lab cannot be opened', thrown));
}

function explain(title: string, thrown: unknown): void {
  const { message, remedy = '' } = LabError.from(thrown);
  dialog.showErrorBox(title, `${message} ${remedy}`.trim());
  app.exit(1);
}

function open({ page, home, launch = utilityWorkers() }: ApplicationOptions): void {
  const files = pageFiles(page);
  const stateFile = join(app.getPath('userData'), 'window.json');
  let window: BrowserWindow | null = null;
  let quitting = false;
  /** What was said last of a store that cannot be written. */
  let waiting = '';
  const labApi = openLabApi({
    home: home ?? defaultHome(process.env, process.platform, homedir()),
    door: 'window',
    dialogs: dialogsOver(() => show()),
    printer: openPrinter,
    launch,
    launchReader: utilityWorkers(readerFile()),
  });
  guardSession(session.defaultSession);
  servePage(session.defaultSession, files);
  connectPages(labApi);

  function show(): BrowserWindow {
    window ??= create();
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    return window;
  }

  function create(): BrowserWindow {
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea);
    const { bounds, maximized } = fitting(readWindowState(stateFile), areas);
    const created = new BrowserWindow(
      windowOptions({
        preload: beside('preload', 'index.cjs'),
        icon: beside('..', 'resources', 'icon.png'),
        bounds,
        dark: nativeTheme.shouldUseDarkColors,
      }),
    );
    if (maximized) created.maximize();
    created.once('ready-to-show', () => created.show());
    created.on('close', (event) => {
      writeWindowState(stateFile, { bounds: created.getNormalBounds(), maximized: created.isMaximized() });
      if (quitting) return;
      event.preventDefault();
      void closing(created);
    });
    created.on('closed', () => {
      window = null;
    });
    void created.loadURL(pageAddress);
    return created;
  }

  async function closing(closed: BrowserWindow): Promise<void> {
    const question = closingQuestion(labApi.lab.store.runs.list({ status: ['queued', 'running', 'pausing'] }));
    const answer = question ? await ask(closed, question) : 'pause';
    if (answer === 'keep') closed.hide();
    if (answer === 'pause') await quit();
  }

  async function quit(): Promise<void> {
    if (quitting) return;
    quitting = true;
    window?.hide();
    stopWatching();
    const hurry = new AbortController();
    const late = setTimeout(() => void askToHurry(hurry), lateAfter);
    try {
      await labApi.close(hurry.signal);
      app.exit(0);
    } catch (thrown) {
      explain('The lab did not close as it should', thrown);
    } finally {
      clearTimeout(late);
    }
  }

  /** What holds a closing lab up (a full disk, a lock) may last: somebody has to see it, and to decide. */
  async function askToHurry(hurry: AbortController): Promise<void> {
    const { title, body, buttons } = lateQuestion(waiting);
    const question = { type: 'question' as const, message: title, detail: body, buttons: [...buttons], noLink: true };
    const { response } = await dialog.showMessageBox(show(), question);
    if (response === 1) hurry.abort();
    else setTimeout(() => void askToHurry(hurry), lateAfter);
  }

  const updateMenu = () => {
    const template = menuTemplate(
      {
        platform: process.platform,
        experiments: labApi.lab.store.experiments.list().reverse(),
        developer: !app.isPackaged,
      },
      {
        command: (command) => labApi.emit({ type: 'command', command }),
        openExperiment: (experiment) => labApi.emit({ type: 'open-experiment', experiment }),
        showFolder: () => void shell.openPath(labApi.lab.store.paths.home),
      },
    );
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };

  updateMenu();
  labApi.server.watch((event) => {
    if (event.type === 'experiment') updateMenu();
    if (event.type === 'note' && event.kind === waitingKind) waiting = event.message;
    if (event.type === 'steps') waiting = '';
  });
  const stopWatching = watchTraining(labApi, () => window, show);
  app.on('second-instance', show);
  app.on('activate', show);
  app.on('before-quit', (event) => {
    if (quitting) return;
    event.preventDefault();
    if (window?.isVisible()) window.close();
    else void quit();
  });
  // The lab may train on without a window.
  app.on('window-all-closed', () => {});
  show();
}

async function ask(window: BrowserWindow, question: NonNullable<ReturnType<typeof closingQuestion>>) {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: question.title,
    detail: question.body,
    buttons: [...question.buttons],
    defaultId: 0,
    cancelId: closingAnswers.indexOf('cancel'),
    noLink: true,
  });
  return closingAnswers[response] ?? 'cancel';
}

/** Gives a page that asks for it its channel; a page has one at a time. */
function connectPages(labApi: LabApi): void {
  const channels = new Map<number, Electron.MessagePortMain>();
  ipcMain.on(connectChannel, ({ senderFrame, sender, ports }) => {
    const wanted = isPage(senderFrame) ? 1 : 0;
    for (const unwanted of ports.slice(wanted)) unwanted.close();
    const [port] = ports.slice(0, wanted);
    if (!port) return;
    channels.get(sender.id)?.close();
    channels.set(sender.id, port);
    port.once('close', () => channels.get(sender.id) === port && channels.delete(sender.id));
    labApi.serve(overPortMain(port));
  });
}
