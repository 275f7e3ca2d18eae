// The machine's own dialogs to open and save files, over the lab's window.
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import type { ApiHandlers } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import { fileName } from '../../shared/file-name.ts';
import { systemFault } from '../../shared/system-faults.ts';

const kinds = { html: 'Web page', svg: 'Figure', png: 'Picture', csv: 'Table', json: 'Data' } as const;

export function dialogsOver(window: () => BrowserWindow): ApiHandlers['dialogs'] {
  return {
    async open({ title, kind, many }) {
      const { canceled, filePaths } = await dialog.showOpenDialog(window(), {
        title,
        properties: [kind === 'folder' ? 'openDirectory' : 'openFile', ...(many ? (['multiSelections'] as const) : [])],
      });
      return canceled ? [] : filePaths;
    },
    async save({ title, name, extension, data }) {
      const { canceled, filePath } = await dialog.showSaveDialog(window(), {
        title,
        defaultPath: join(app.getPath('documents'), `${fileName(name)}.${extension}`),
        filters: [{ name: kinds[extension], extensions: [extension] }],
      });
      if (canceled || !filePath) return null;
      await writeWhole(filePath, data);
      return filePath;
    },
  };
}

/** Whatever the file held before stays until all of the new one is there. */
async function writeWhole(file: string, data: string | Uint8Array): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`;
  try {
    await writeFile(unfinished, data);
    await rename(unfinished, file);
  } catch (thrown) {
    await rm(unfinished, { force: true });
    throw new LabError('request', `${file} cannot be written: ${systemFault(thrown) ?? String(thrown)}.`, {
      field: file,
      remedy: 'Choose another place, or make room there.',
    });
  }
}
