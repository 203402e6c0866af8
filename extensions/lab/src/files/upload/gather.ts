/** The files of a drop or of a file dialog, with the folders they lie in. */

export interface IFound {
  file?: File;
  /** Below what was dropped: `reports/2026`, or '' beside. */
  folder: string;
}

/** Entries must be taken while the drop is handled; they are read afterwards. */
export function entriesOf(data: DataTransfer): (FileSystemEntry | File)[] {
  const items = [...data.items].filter(item => item.kind === 'file');
  return items.flatMap(item => item.webkitGetAsEntry?.() ?? item.getAsFile() ?? []);
}

/** All files below, a portion at a time; a folder without files comes by itself. */
export async function* found(entries: (FileSystemEntry | File)[], folder = ''): AsyncGenerator<IFound[]> {
  let portion: IFound[] = [];
  const folders: FileSystemDirectoryEntry[] = [];
  for (const entry of entries) {
    if (entry instanceof File) {
      portion.push({ file: entry, folder });
    } else if (entry.isDirectory) {
      folders.push(entry as FileSystemDirectoryEntry);
    } else {
      portion.push({ file: await fileOf(entry as FileSystemFileEntry), folder });
    }
    if (portion.length >= 200) {
      yield portion;
      portion = [];
    }
  }
  if (portion.length > 0) {
    yield portion;
  }
  for (const below of folders) {
    const path = folder === '' ? below.name : `${folder}/${below.name}`;
    const inside = await listOf(below);
    if (inside.length === 0) {
      yield [{ folder: path }];
    } else {
      yield* found(inside, path);
    }
  }
}

/** Files of a file dialog, where a folder may have been chosen. */
export function chosen(files: FileList): IFound[] {
  return [...files].map(file => {
    const path = file.webkitRelativePath;
    return { file, folder: path.slice(0, Math.max(0, path.lastIndexOf('/'))) };
  });
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives a hundred at a time. */
async function listOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return all;
    }
    all.push(...some);
  }
}

/** Ask for files, or for a folder; nothing when it was closed. */
export function choose(folder: boolean): Promise<FileList | null> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = folder;
  return new Promise(resolve => {
    input.addEventListener('change', () => resolve(input.files));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}
