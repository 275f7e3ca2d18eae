// Writes one new text file through to the disk (fsync) and says what it wrote.
import { createHash } from 'node:crypto';
import type { FileSystem } from './file-system.ts';
import type { WrittenFile } from './safetensors-write.ts';

export async function writeText(path: string, text: string, files: FileSystem): Promise<WrittenFile> {
  const handle = await files.open(path, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
}
