// Prints pages with Electron's own Chromium: a window that is never shown, without scripts, that reaches no network.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrowserWindow, session } from 'electron';
import type { Printer } from '../compute/index.ts';
import { guardSession } from './guard.ts';

export async function openPrinter(): Promise<Printer> {
  const own = session.fromPartition('print');
  guardSession(own);
  const folder = mkdtempSync(join(tmpdir(), 'simbal-print-'));
  const file = join(folder, 'report.html');
  const window = new BrowserWindow({
    show: false,
    webPreferences: { session: own, sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false },
  });
  return {
    async print(html) {
      writeFileSync(file, html);
      await window.loadFile(file);
      return window.webContents.printToPDF({
        printBackground: true,
        preferCSSPageSize: true,
        generateTaggedPDF: true,
        generateDocumentOutline: true,
      });
    },
    async close() {
      window.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
