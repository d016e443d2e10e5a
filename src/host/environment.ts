// What tools are given of our environment.
import process from "node:process";
import { FOLDERS } from "./search-path.ts";

/** What the tools read of our environment. Deno lets nobody read all of it who may not read any variable. */
const passed = ["XTABLES_LOCKFILE", "XTABLES_LIBDIR"].flatMap((name) => {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value] as const];
});

export const environment = { ...Object.fromEntries(passed), PATH: FOLDERS.join(":"), LC_ALL: "C" };

/**
 * For tools that read a whole table: of 40,000 rules they make 12,000 page faults of 4 KiB, a tenth of their time.
 * glibc 2.35 and later take huge pages when asked so; others do not know the word.
 */
export const largeEnvironment = {
  ...environment,
  GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? "glibc.malloc.hugetlb=1",
};
