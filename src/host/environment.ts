// The environment of tools.
import process from "node:process";
import { FOLDERS } from "./search-path.ts";

/** The variables that tools inherit from us. Named one by one: Deno needs a permission for all variables to list them. */
const passed = ["XTABLES_LOCKFILE", "XTABLES_LIBDIR"].flatMap((name) => {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value] as const];
});

export const environment = { ...Object.fromEntries(passed), PATH: FOLDERS.join(":"), LC_ALL: "C" };

/**
 * For tools that read a whole table: for 40,000 rules they cause 12,000 page faults of 4 KiB, a tenth of their time. With
 * this setting glibc 2.35 and later use huge pages; other C libraries ignore it.
 */
export const largeEnvironment = {
  ...environment,
  GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? "glibc.malloc.hugetlb=1",
};
