// Where tools are looked up.
import { existsSync } from "node:fs";
import process from "node:process";

/** Administrators' tools are here, where a plain user's PATH does not look. */
const SYSTEM = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/**
 * The folders of a PATH that count. An empty or relative part means a folder below the current one, where anybody may have
 * put a program of that name.
 */
export function searchPath(path: string): string[] {
  return [...path.split(":"), ...SYSTEM].filter((folder) => folder.startsWith("/"));
}

/** The folders that tools are looked up in. */
export const FOLDERS: readonly string[] = searchPath(process.env.PATH ?? "");

/** The path of a tool, or undefined if no folder has it. */
export function locate(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}
