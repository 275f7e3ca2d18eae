// A browser has its own ways to choose and save files, and none to the files of the lab's machine.
import type { ApiHandlers } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';

export const noDialogs: ApiHandlers['dialogs'] = {
  open() {
    throw new LabError('request', 'A page in a browser cannot choose files of the machine that the lab runs on.', {
      remedy: 'Type the path, as that machine knows it.',
    });
  },
  save() {
    throw new LabError('request', 'A page in a browser cannot save to the machine that the lab runs on.', {
      remedy: 'Download the file in the browser instead.',
    });
  },
};
