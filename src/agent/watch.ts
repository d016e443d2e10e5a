// Watches a config file, or the files in a folder, for changes.
import { type FSWatcher, lstatSync, readdirSync, readlinkSync, statSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";

export interface Watch {
  /** Watches the folders that exist now, in case events were missed. */
  refresh(): void;
  close(): void;
}

/** How many entries of a folder have their links followed. */
const MAX_ENTRIES = 200;

/** How many links are followed from one name, as in the kernel (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Calls `changed` after anything that may change the result of reading `file`: a write, an atomic replacement, a removal, a
 * mounted ConfigMap's new `..data` link (kubernetes, pkg/volume/util/atomic_writer.go), a folder that is removed and created
 * again. It may be called too often, and in bursts. `written` is true if something was written in place, so that it may be
 * incomplete, and false after a rename. `failed` is called once if the file's own folder cannot be watched, or no folder can.
 *
 * Folders are watched, not the file: a watch on a file ends with its inode. After each event all watches are opened again: a
 * folder may have been replaced by another, which a watch does not report. `refresh` does so only if the folders differ.
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
    const reportOnce = (why: string) => {
      if (!reported) failed(why);
      reported = true;
    };
    for (const [folder, { names }] of folders) {
      const fail = (error: unknown) => {
        // Folders further up may not be accessible, and hardly ever matter.
        if (folder === dirname(path)) reportOnce((error as Error).message);
      };
      try {
        const watcher = watch(folder, (event, name) => {
          // kubelet's own entries begin with two dots; if the name is missing, it may be any.
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
    if (watchers.length === 0) reportOnce("neither its folder nor any parent folder can be watched");
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

/** Folders by path: the identity of each, and the names in it that matter. */
type Folders = Map<string, { readonly id: string; readonly names: Set<string> }>;

/**
 * The existing folders in which a change of `file` is visible, and the names that matter in each: the folders of its path
 * and of its link targets. If it is a folder itself, any name in it matters, and the link targets of its files.
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

/** All names. */
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

/** `path` with its first link resolved; undefined if there is none. */
function targetOf(path: string): string | undefined {
  const parts = path.split("/");
  for (let i = 2; i <= parts.length; i++) {
    const link = parts.slice(0, i).join("/");
    try {
      // Without throwIfNoEntry, the exception would cost more than the check.
      if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
      return resolve(dirname(link), readlinkSync(link), ...parts.slice(i));
    } catch {
      // Not accessible, or just removed.
    }
  }
  return undefined;
}

/** Identifies a folder, even against a later one with the same inode number; undefined if it does not exist. */
function idOf(path: string): string | undefined {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}:${stat.birthtimeMs}` : undefined;
  } catch {
    return undefined;
  }
}
