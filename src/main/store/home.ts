// Where things lie in a lab's home folder.
import { join, resolve } from 'node:path';

export interface HomePaths {
  home: string;
  /** lab.sqlite */
  file: string;
  /** Folders that openStore creates: one folder a corpus hash, one a run, the reports. */
  corpora: string;
  checkpoints: string;
  reports: string;
  /** Folders that studies make when they need them: one folder a study that writes models. */
  exports: string;
}

export function homePaths(home: string): HomePaths {
  const root = resolve(home);
  return {
    home: root,
    file: join(root, 'lab.sqlite'),
    corpora: join(root, 'corpora'),
    checkpoints: join(root, 'checkpoints'),
    reports: join(root, 'reports'),
    exports: join(root, 'exports'),
  };
}
