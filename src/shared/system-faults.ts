// Why the operating system refused, in words: an error code alone says nothing to whoever reads it at night.

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  EEXIST: 'it exists already',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder, not a file',
  ELOOP: 'its symbolic links lead in a circle',
  EMFILE: 'too many files are open',
  EBUSY: 'another program is using it',
  EIO: 'the disk reports an input/output error',
  ENAMETOOLONG: 'the path is too long',
  EADDRINUSE: 'another program has it',
};

/** Part of a sentence; null for what is not an error of the operating system. */
export function systemFault(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return null;
  return 'syscall' in thrown ? (words[thrown.code] ?? `the system reports ${thrown.code}`) : null;
}
