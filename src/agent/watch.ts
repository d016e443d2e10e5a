// Says when a config file, or one in a folder of them, may have changed.
import { type FSWatcher, lstatSync, readdirSync, readlinkSync, statSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";

export interface Watch {
  /** Watches what there is now, whatever was missed. */
  refresh(): void;
  close(): void;
}

/** Entries of a folder whose links are followed. */
const MAX_ENTRIES = 200;

/** Links that are followed from one name at most, as the kernel does (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Calls `changed` after anything that may change what reading `file` answers: a write, an atomic replacement, a removal,
 * a mounted ConfigMap's new `..data` link (kubernetes, pkg/volume/util/atomic_writer.go), a folder going and coming back.
 * It may be called too often, and in bursts; `written` says that something was written in place, and may be half done, not
 * put there whole by a rename. `failed` is called once where the file's own folder cannot be watched, or none on the way to it.
 *
 * Folders are watched, not the file: a watch of a file ends with its inode. After each event they are all opened anew: a
 * folder may have been replaced by another, which a watch does not say. `refresh` does so only if it finds other folders.
 */
export function watchFile(file: string, changed: (written: boolean) => void, failed: (why: string) => void): Watch {
  const path = resolve(file);
  let watchers: FSWatcher[] = [];
  let watched = "";
  let reported = false;

  const close = () => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
    watched = "";
  };
  const open = (folders: Folders) => {
    const give = (why: string) => {
      if (!reported) failed(why);
      reported = true;
    };
    for (const [folder, { names }] of folders) {
      const fail = (error: unknown) => {
        // Folders further up may be out of bounds, and hardly ever matter.
        if (folder === dirname(path)) give((error as Error).message);
      };
      try {
        const watcher = watch(folder, (event, name) => {
          // kubelet's own entries begin with two dots; a name that is not told may be any.
          if (watchers.length === 0 || !(names === ANY || name === null || names.has(name) || name.startsWith("..")))
            return;
          close();
          refresh();
          changed(event === "change");
        });
        watcher.on("error", fail);
        watchers.push(watcher);
      } catch (error) {
        fail(error);
      }
    }
    if (watchers.length === 0) give("neither its folder nor one above it can be");
  };
  const refresh = () => {
    const folders = foldersOf(path);
    const found = [...folders].map(([folder, { id, names }]) => [folder, id, ...names].join("\0")).join("\0\0");
    if (watchers.length > 0 && found === watched) return;
    close();
    open(folders);
    watched = found;
  };
  refresh();
  return { refresh, close };
}

/** Folders by path: which folder that is now, and the names in it that matter. */
type Folders = Map<string, { readonly id: string; readonly names: Set<string> }>;

/**
 * The folders that are there in which a change of `file` shows, and the names that matter in each: all of its path, and of
 * what it links to. If it is a folder itself, any name in it may, and what its files link to.
 */
function foldersOf(file: string): Folders {
  const folders: Folders = new Map();
  addFolders(file, folders);
  const id = idOf(file);
  if (id === undefined) return folders;
  folders.set(file, { id, names: ANY });
  for (const name of namesIn(file)) addFolders(`${file}/${name}`, folders);
  return folders;
}

/** Stands for all names. */
const ANY = new Set<string>();

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).slice(0, MAX_ENTRIES);
  } catch {
    return [];
  }
}

function addFolders(file: string, folders: Folders): void {
  let path: string | undefined = file;
  for (let links = 0; path !== undefined && links < MAX_LINKS; links++) {
    for (let entry = path; dirname(entry) !== entry; entry = dirname(entry)) {
      const folder = dirname(entry);
      const known = folders.get(folder);
      const id = known ? known.id : idOf(folder);
      if (id === undefined || known?.names === ANY) continue;
      if (known) known.names.add(basename(entry));
      else folders.set(folder, { id, names: new Set([basename(entry)]) });
    }
    path = targetOf(path);
  }
}

/** Where the first link on the way to `path` leads, or undefined if there is none. */
function targetOf(path: string): string | undefined {
  const parts = path.split("/");
  for (let i = 2; i <= parts.length; i++) {
    const link = parts.slice(0, i).join("/");
    try {
      // An exception costs more than a look.
      if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
      return resolve(dirname(link), readlinkSync(link), ...parts.slice(i));
    } catch {
      // It is out of bounds, or has gone.
    }
  }
  return undefined;
}

/** What tells a folder from all others, also from a later one with its inode number; undefined if there is none. */
function idOf(path: string): string | undefined {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}:${stat.birthtimeMs}` : undefined;
  } catch {
    return undefined;
  }
}
