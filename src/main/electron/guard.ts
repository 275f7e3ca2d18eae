// Every door of a page that leads out of it, closed or narrowed. The rules are in address.ts and permissions.ts.
import { type App, type Session, shell, type WebContents } from 'electron';
import { externalAddress, mayNavigate } from './address.ts';
import { mayUse } from './permissions.ts';

export function guardContents(app: App): void {
  app.on('web-contents-created', (_, contents) => guard(contents));
}

function guard(contents: WebContents): void {
  const stay = (event: { url: string; preventDefault(): void }) => {
    if (mayNavigate(event.url)) return;
    event.preventDefault();
    openOutside(event.url);
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame && event.url !== 'about:srcdoc') event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

function openOutside(address: string): void {
  const allowed = externalAddress(address);
  if (allowed) void shell.openExternal(allowed);
}

export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(mayUse(permission)));
  session.setPermissionCheckHandler((_contents, permission) => mayUse(permission));
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    // What the page itself made (a figure, a table); nothing that would have to be fetched.
    if (!/^(blob:lab:|data:)/.test(item.getURL())) event.preventDefault();
  });
  // The page has its scheme; nothing of it needs a network.
  session.webRequest.onBeforeRequest({ urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'] }, (_, answer) =>
    answer({ cancel: true }),
  );
}
