// Tells when a config file may have changed.
import { type FSWatcher, realpathSync, statSync, watch } from "node:fs";
import { basename, dirname, parse, resolve } from "node:path";

export interface Watch {
  close(): void;
}

/** One watched folder: which folder it was when it was opened, and which of its entries matter now. */
interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
  names: ReadonlySet<string>;
}

/**
 * Calls `changed` after anything that may change what reading `file` answers: a write, an atomic replacement, a removal,
 * a mounted ConfigMap's new `..data` link (kubernetes, pkg/volume/util/atomic_writer.go), the folder going and coming
 * back. It may be called too often, and in bursts. `failed` is called once where watching is impossible.
 *
 * Folders are watched, not the file: a watch of a file ends with its inode.
 */
export function watchFile(file: string, changed: () => void, failed: (why: string) => void): Watch {
  const watched = new Map<string, Watched>();
  let closed = false;
  let reported = false;

  const report = (error: unknown) => {
    if (!reported) failed((error as Error).message);
    reported = true;
  };

  const look = () => {
    const wanted = closed ? new Map<string, Set<string>>() : foldersOf(resolve(file));
    for (const [folder, { watcher, identity }] of watched) {
      if (wanted.has(folder) && identity === identityOf(folder)) continue;
      watcher.close();
      watched.delete(folder);
    }
    for (const [folder, names] of wanted) {
      const known = watched.get(folder);
      if (known) known.names = names;
      else open(folder, names);
    }
  };

  const open = (folder: string, names: ReadonlySet<string>) => {
    const identity = identityOf(folder);
    if (identity === undefined) return;
    try {
      const watcher = watch(folder, (_, name) => {
        // kubelet's own entries begin with two dots; a name that is not told may be any.
        if (name === null || entry.names.has(name) || name.startsWith("..")) follow();
      });
      const entry: Watched = { watcher, identity, names };
      watcher.on("error", (error) => {
        watcher.close();
        watched.delete(folder);
        report(error);
      });
      watched.set(folder, entry);
    } catch (error) {
      report(error);
    }
  };

  const follow = () => {
    if (closed) return;
    // What appeared may hold the next folder to watch, and that one's file may be there already.
    look();
    changed();
  };

  look();
  return {
    close: () => {
      closed = true;
      look();
    },
  };
}

/**
 * The folders in which a change of `file` shows, and the names that matter there: the folder of its name, the folder of
 * what it links to, and where one is missing the nearest that is there.
 */
function foldersOf(file: string): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  const add = (path: string) => {
    let folder = dirname(path);
    let name = basename(path);
    while (identityOf(folder) === undefined && folder !== parse(folder).root) {
      name = basename(folder);
      folder = dirname(folder);
    }
    folders.set(folder, (folders.get(folder) ?? new Set()).add(name));
  };
  add(file);
  try {
    add(realpathSync(file));
  } catch {
    // It is not there: the folder of its name will tell.
  }
  // The folder itself can be replaced, which shows in the one above it.
  add(dirname(file));
  return folders;
}

function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
