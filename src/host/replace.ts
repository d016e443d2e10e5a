// Replaces a file atomically: readers see the old file or the new one.
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
 * Replaces the file at `path` with one that has these bytes, the same mode and, as far as this process is permitted, the
 * same owner and group. Returns false, and replaces nothing, if its contents are no longer `was`.
 *
 * Only root may change a file's owner, so any other user who replaces another user's file becomes its owner, as with
 * `sed -i`; with write access to the folder they could remove that file anyway. If the group cannot be kept either, the new
 * group gets only the permissions of others. Access lists (ACLs) are not kept; on Windows, which has none of the above, the
 * file inherits those of its folder.
 */
export function replaceFile(path: string, was: Uint8Array, bytes: Uint8Array): boolean {
  // In the same folder, because rename does not work across volumes; with an extension that programs which scan it ignore.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.ip-masq-agent`);
  const old = statSync(path);
  // Left by a process that was killed: pids repeat in containers.
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", 0o600);
  try {
    try {
      writeFileSync(file, bytes);
      // In this order: changing the owner may clear mode bits.
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

/** Gives an open file the group of another file, and its owner if permitted. Returns whether it now has the same group. */
function giveTo(file: number, { uid, gid }: Stats): boolean {
  const now = fstatSync(file);
  for (const owner of [uid, now.uid]) {
    if (now.uid === owner && now.gid === gid) return true;
    try {
      fchownSync(file, owner, gid);
      return true;
    } catch {
      // Not permitted; changing only the group may be.
    }
  }
  return false;
}

/** Makes the rename survive a crash of the machine. Windows cannot open folders and does not need it. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The file is complete either way.
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
