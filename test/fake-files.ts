import type { Files } from "../src/host/index.ts";

/** Files of a node, by path; a file whose text is undefined cannot be read. */
export function fakeFiles(texts: Readonly<Record<string, string | undefined>>, written?: Date): Files {
  const unreadable: string[] = [];
  return {
    read: (path) => {
      if (Object.hasOwn(texts, path) && texts[path] === undefined) unreadable.push(`${path}: permission denied`);
      return texts[path];
    },
    list: (path) => {
      const below = Object.keys(texts).flatMap((one) => (one.startsWith(`${path}/`) ? one.slice(path.length + 1) : []));
      return [...new Set(below.map((rest) => rest.split("/")[0] ?? ""))].sort();
    },
    modified: (path) => (Object.hasOwn(texts, path) ? written : undefined),
    resolve: (path) => (Object.hasOwn(texts, path) ? path : undefined),
    unreadable: () => unreadable,
  };
}
