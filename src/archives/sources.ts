// Resolves the arguments of the command line to files, all files in folders, and standard input.
import { readdirSync, type Stats, statSync } from "node:fs";
import { ArchiveError, nameOf, readError } from "./errors.ts";

/** Something to read. A stream has no known size and can be read only once. */
export interface Source {
  readonly file: string;
  readonly size: number | undefined;
}

/** All sources in the order of the arguments; the files of a folder are sorted by name. Throws {@link ArchiveError}. */
export function sourcesOf(words: readonly string[]): readonly Source[] {
  return words.flatMap((word): readonly Source[] => {
    if (word === "-") return [{ file: word, size: undefined }];
    const stats = statOf(word);
    if (!stats.isDirectory()) return [sourceOf(word, stats)];
    const found = [...filesIn(word)];
    if (found.length === 0) throw new ArchiveError(`cannot read ${nameOf(word)}: this folder has no files`);
    return found;
  });
}

/** A file without a size, such as one in /proc, may be a stream of any length. */
function sourceOf(file: string, stats: Stats): Source {
  return { file, size: stats.isFile() && stats.size > 0 ? stats.size : undefined };
}

function* filesIn(folder: string): Generator<Source> {
  for (const name of namesIn(folder)) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    const stats = statOf(path);
    if (stats.isDirectory()) yield* filesIn(path);
    // Pipes and the like in a folder are not logs, and empty files are only markers of finished tools.
    else if (stats.isFile() && stats.size > 0) yield sourceOf(path, stats);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch (error) {
    throw readError(folder, error);
  }
}

function statOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    throw readError(file, error);
  }
}
