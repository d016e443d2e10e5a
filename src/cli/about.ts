// The program's description in --help and on the man page.
import { FLAGS, type Flag } from "./flags.ts";

export const SUMMARY = "maintains a node's IP masquerade rules";

export const DESCRIPTION =
  "Packets to the destinations that the config lists keep the pod's address; packets to all others get the node's. The rules are written to iptables or to an nftables table. Without a command it runs as a service.";

export const SPELLING = "One dash or two, --flag=value or --flag value; booleans --flag or --flag=false.";

/** Headings of the groups of flags. */
export const FLAGS_OF_RULES = "Flags for the rules, accepted by every command";
export const FLAGS_OF_SOME = "Flags of individual commands";

export const EXITS: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "success, or nothing to do"],
  [
    "1",
    "failure: an invalid config or flag value, or a file or tool that fails; usage error of plan, status, optimize and doctor",
  ],
  ["2", "usage error; with --exit-code: something would change; from doctor: it found errors or warnings"],
];

export const FILES: readonly (readonly [path: string, what: string])[] = [
  [FLAGS.config?.fallback ?? "", "the config: YAML, or JSON if it begins with {; if it is missing, the defaults apply"],
  ["/run/xtables.lock", "the lock that iptables-legacy holds while it writes"],
];

export const ENVIRONMENT: readonly (readonly [name: string, what: string])[] = [
  ["NO_COLOR", "if not empty: no colours, unless --color=always is given"],
  ["FORCE_COLOR", "if not empty, 0 or false: colours even without a terminal"],
  ["XTABLES_LOCKFILE", "the lock file to use instead of /run/xtables.lock"],
];

/** `--config=FILE`, or `--write` if a flag has no value. */
export const shownFlag = (name: string, { value }: Flag): string => `--${name}${value && `=${value}`}`;

/** The same, preceded by its short form: `-o, --output=text|json`. */
export const listedFlag = (name: string, flag: Flag): string =>
  `${flag.short === undefined ? "" : `-${flag.short}, `}${shownFlag(name, flag)}`;

/** What a flag does, and its default. */
export function described({ value, fallback, summary }: Flag): string {
  const isOff = fallback === "" || (value === "" && fallback === "false");
  return isOff ? summary : `${summary} (default ${fallback})`;
}
