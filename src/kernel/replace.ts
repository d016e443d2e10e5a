// Replaces a file as a whole: who reads it finds the old one or the new one.
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/**
 * Replaces the file at `path` by one with these bytes and the same mode. Answers false, and replaces nothing, where it is
 * not any more what `was` read from it.
 */
export function replaceFile(path: string, was: Uint8Array, bytes: Uint8Array): boolean {
  // In the same folder, for a rename moves nothing between volumes; and by an ending that no one who scans it reads.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.ip-masq-agent`);
  const { mode } = statSync(path);
  // One that died may have left it; pids of containers repeat.
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", 0o600);
  try {
    try {
      writeFileSync(file, bytes);
      fchmodSync(file, mode & 0o7777);
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
