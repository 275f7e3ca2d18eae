// The few calls that writing needs, as an interface, so that a test can hand in a disk that is full or fails.
import * as promises from 'node:fs/promises';

export type FileSystem = Pick<typeof promises, 'open' | 'mkdir' | 'readdir' | 'rename' | 'rm'>;

export const fileSystem: FileSystem = promises;
