// Looks up the paths of tools.
import { existsSync } from "node:fs";
import process from "node:process";

/** Folders with administration tools, which may not be in an ordinary user's PATH. */
const SYSTEM = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/**
 * The absolute folders of a PATH, and the system's. Empty and relative parts refer to the current folder, where any user
 * might have put a program of that name.
 */
export function searchPath(path: string): string[] {
  return [...path.split(":"), ...SYSTEM].filter((folder) => folder.startsWith("/"));
}

/** The folders where tools are looked up. */
export const FOLDERS: readonly string[] = searchPath(process.env.PATH ?? "");

/** The path of a tool; undefined if it is not found. */
export function locate(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}
