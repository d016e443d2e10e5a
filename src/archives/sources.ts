// What words on the command line name: files, all files of folders, standard input.
import { readdirSync, type Stats, statSync } from "node:fs";
import { ArchiveError, nameOf, readError } from "./errors.ts";

/** Something to read. A stream has no size that is known, and can be read once. */
export interface Source {
  readonly file: string;
  readonly size: number | undefined;
}

/** Everything to read, in the order of the words; what is in a folder is sorted by name. Throws {@link ArchiveError}. */
export function sourcesOf(words: readonly string[]): readonly Source[] {
  return words.flatMap((word): readonly Source[] => {
    if (word === "-") return [{ file: word, size: undefined }];
    const stats = statOf(word);
    if (!stats.isDirectory()) return [sourceOf(word, stats)];
    const found = [...filesIn(word)];
    if (found.length === 0) throw new ArchiveError(`cannot read ${nameOf(word)}: there is no file in this folder`);
    return found;
  });
}

/** A file of a size, such as one in /proc has none, and may be a stream of any length. */
function sourceOf(file: string, stats: Stats): Source {
  return { file, size: stats.isFile() && stats.size > 0 ? stats.size : undefined };
}

function* filesIn(folder: string): Generator<Source> {
  for (const name of namesIn(folder)) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    const stats = statOf(path);
    if (stats.isDirectory()) yield* filesIn(path);
    // Pipes and the like in a folder are nobody's log, and empty files are marks of tools that have finished.
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
