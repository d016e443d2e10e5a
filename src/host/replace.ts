// Replaces a file as a whole: readers find the old one or the new one.
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/**
 * Replaces the file at `path` by one with these bytes, the same mode and, as far as this process may, the same owner and
 * group. Returns false, and replaces nothing, if it is no longer what `was` read from it.
 *
 * Only root may give a file away, so whoever else replaces another's file owns it then, as with `sed -i`: who may write
 * into the folder could take that file away all the same. Where the group cannot be kept either, it may do no more than
 * everybody: its permissions were another group's. Access lists (ACLs) are not kept; on Windows, which knows none of the
 * above, the file gets those that its folder hands on.
 */
export function replaceFile(path: string, was: Uint8Array, bytes: Uint8Array): boolean {
  // In the same folder, for a rename moves nothing between volumes; and by an ending that no one who scans it reads.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.ip-masq-agent`);
  const old = statSync(path);
  // One that died may have left it; pids of containers repeat.
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", 0o600);
  try {
    try {
      writeFileSync(file, bytes);
      // In this order: a change of owner may clear bits of the mode.
      const mode = giveTo(file, old) ? old.mode : (old.mode & 0o707) | ((old.mode & 0o007) << 3);
      fchmodSync(file, mode & 0o777);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (!sameBytes(readFileSync(path), was)) return false;
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(path));
  return true;
}

/** Gives an open file the group of another, and its owner if that is allowed. Returns whether the group is the same now. */
function giveTo(file: number, { uid, gid }: Stats): boolean {
  const now = fstatSync(file);
  for (const owner of [uid, now.uid]) {
    if (now.uid === owner && now.gid === gid) return true;
    try {
      fchownSync(file, owner, gid);
      return true;
    } catch {
      // Not allowed: the group alone may be.
    }
  }
  return false;
}

/** Makes the rename outlast a crash of the machine. Windows opens no folders, and needs none of this. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The file is whole either way.
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
