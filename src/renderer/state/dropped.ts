// What is to be done with files that were dropped on the page, by what they are. Reads their first bytes and the names in a folder,
// and of a configuration all of it; carries nothing out.

/** A file or folder as a drop brings it. */
export interface DroppedFile {
  name: string;
  folder: boolean;
  /** Bytes. */
  size: number;
  /** Where it lies on the lab's machine; empty where that is not known, as in a browser. */
  path: string;
  read(from: number, to: number): Promise<Uint8Array>;
  /** What lies directly in a folder. */
  children(): Promise<DroppedFile[]>;
}

export type Dropped =
  /** A new experiment is to be filled with it. */
  | { kind: 'configuration'; name: string; value: Record<string, unknown> }
  /** A corpus is to be made of them; a path is missing where it is not known. */
  | { kind: 'text'; paths: string[]; names: string[] }
  /** To be inspected; a path is missing where it is not known, and then the files are what can be handed over instead. */
  | { kind: 'checkpoint'; paths: string[]; names: string[]; files: DroppedFile[] }
  /** A bundle of another lab, or the event files of TensorBoard; the path is empty where it is not known. */
  | { kind: 'import'; path: string }
  /** None of this is of use; why, and what would be. */
  | { kind: 'nothing'; message: string };

const largestConfiguration = 2 ** 20;
const hint =
  'Drop text files or folders to make a corpus of them, the configuration of a run as JSON, or a checkpoint to inspect.';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Weights, an index of them, the state of a checkpoint, the store of a lab. */
const isOfCheckpoint = (name: string) => /\.safetensors(\.index\.json)?$|^state\.json$|^lab\.sqlite$/.test(name);

/** @param inspecting whether the inspector is shown, which takes whatever is of no other use, to say why it is of none to it */
export async function decide(files: readonly DroppedFile[], inspecting = false): Promise<Dropped> {
  const [first] = files;
  if (!first) return { kind: 'nothing', message: `Nothing that could be read was dropped. ${hint}` };
  const lists = await Promise.all(files.map((file) => (file.folder ? file.children().catch(() => []) : [file])));
  const held = lists.flat();
  if (files.length === 1 && (await isImport(first, held))) return { kind: 'import', path: first.path };
  if (lists.some((list) => list.some(({ name }) => isOfCheckpoint(name)))) return checkpoint(files, held);
  if (files.length === 1) {
    const value = await configurationOf(first);
    if (value) return { kind: 'configuration', name: first.name, value };
  }
  for (const file of files) {
    if (!file.folder && !(await isText(file))) {
      if (inspecting) return checkpoint(files, held);
      return { kind: 'nothing', message: `“${file.name}” is neither text, a configuration nor a checkpoint. ${hint}` };
    }
  }
  if (inspecting) return checkpoint(files, held);
  return {
    kind: 'text',
    paths: files.map(({ path }) => path).filter(Boolean),
    names: files.map(({ name }) => name),
  };
}

const checkpoint = (files: readonly DroppedFile[], held: readonly DroppedFile[]): Dropped => ({
  kind: 'checkpoint',
  paths: files.map(({ path }) => path).filter(Boolean),
  names: files.map(({ name }) => name),
  files: held.filter(({ name, folder }) => !folder && /\.(safetensors|json)$/.test(name)),
});

/** A zip file, and whatever holds files that are named as TensorBoard names them. */
async function isImport(file: DroppedFile, held: readonly DroppedFile[]): Promise<boolean> {
  if (held.some(({ name }) => name.includes('tfevents'))) return true;
  if (file.folder || !/\.zip$/i.test(file.name)) return false;
  const start = await file.read(0, 2).catch(() => null);
  return start?.[0] === 0x50 && start[1] === 0x4b;
}

async function configurationOf(file: DroppedFile): Promise<Record<string, unknown> | null> {
  if (file.folder || !/\.json$/i.test(file.name) || file.size > largestConfiguration) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await file.read(0, file.size)));
    // What tells a configuration from any other JSON; whether it holds, the form says.
    return isObject(value) && isObject(value.model) ? value : null;
  } catch {
    return null;
  }
}

/** Text has no zero bytes; UTF-16, which has, says so at its start. */
async function isText(file: DroppedFile): Promise<boolean> {
  const start = await file.read(0, 4096).catch(() => null);
  if (!start) return false;
  const marked = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  return marked || !start.includes(0);
}

/** The files of a drop; to be called before anything is waited for, since a drop is gone with its event. */
export function filesOf(transfer: DataTransfer, pathOf: (file: File) => string): DroppedFile[] {
  return [...transfer.items].flatMap((item): DroppedFile[] => {
    const file = item.getAsFile();
    if (!file) return [];
    return [droppedFile(file, pathOf(file), item.webkitGetAsEntry())];
  });
}

function droppedFile(file: File, path: string, entry: FileSystemEntry | null): DroppedFile {
  return {
    name: file.name,
    folder: entry?.isDirectory ?? false,
    size: file.size,
    path,
    read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
    children: () => childrenOf(entry),
  };
}

/** A folder is told in pieces of a hundred; one of a model has few. */
const mostPieces = 20;

async function childrenOf(entry: FileSystemEntry | null): Promise<DroppedFile[]> {
  if (!entry?.isDirectory) return [];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const entries: FileSystemEntry[] = [];
  for (let piece = 0; piece < mostPieces; piece += 1) {
    const more = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (more.length === 0) break;
    entries.push(...more);
  }
  const files = entries.filter(({ isFile }) => isFile) as FileSystemFileEntry[];
  return Promise.all(
    files.map(async (one) => {
      const file = await new Promise<File>((resolve, reject) => one.file(resolve, reject));
      return droppedFile(file, '', one);
    }),
  );
}
