// What the program says of itself, to --help and on the man page.
import { FLAGS, type Flag } from "./flags.ts";

export const SUMMARY = "keeps a node's IP masquerade rules";

export const DESCRIPTION =
  "Packets to the config's CIDRs keep the pod's address; all others that leave the cluster get the node's. The rules are those of iptables or a table of nftables. Without a command it runs as a service.";

export const SPELLING = "One dash or two, --flag=value or --flag value; booleans --flag or --flag=false.";

/** Headings over the flags of a group. */
export const FLAGS_OF_RULES = "Flags of the rules, taken by every command";
export const FLAGS_OF_SOME = "Flags of some commands";

export const EXITS: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "success; nothing to do is success too"],
  ["1", "failure: an invalid config or flag value, a file or a tool"],
  ["2", "bad usage; for commands with --exit-code: something would change"],
];

export const FILES: readonly (readonly [path: string, what: string])[] = [
  [FLAGS.config?.fallback ?? "", "the config: YAML, or JSON if it begins with {; without it the defaults apply"],
  ["/run/xtables.lock", "the lock that the legacy tools take to write"],
];

export const ENVIRONMENT: readonly (readonly [name: string, what: string])[] = [
  ["NO_COLOR", "not empty: no colours, unless --color=always is given"],
  ["FORCE_COLOR", "not empty, 0 or false: colours without a terminal too"],
  ["XTABLES_LOCKFILE", "the lock in place of /run/xtables.lock"],
];

/** `--config=FILE`, or `--write` if a flag has no value. */
export const shownFlag = (name: string, { value }: Flag): string => `--${name}${value && `=${value}`}`;

/** The same with the letter that stands for it: `-o, --output=text|json`. */
export const listedFlag = (name: string, flag: Flag): string =>
  `${flag.short === undefined ? "" : `-${flag.short}, `}${shownFlag(name, flag)}`;

/** What a flag does, and what it is unless given. */
export function described({ value, fallback, summary }: Flag): string {
  const isOff = fallback === "" || (value === "" && fallback === "false");
  return isOff ? summary : `${summary} (default ${fallback})`;
}
