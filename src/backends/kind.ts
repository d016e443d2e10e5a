// A kind of backend: what the command line needs to know to offer it.
import type { Unsupported } from "../config/index.ts";
import type { Family } from "../core/index.ts";
import type { Host } from "../host/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Backend, Cleaner } from "./backend.ts";

/** A flag that one kind of backend owns. */
export interface BackendFlag {
  /** The allowed values; undefined: any text. */
  readonly choices?: readonly string[];
  /** The placeholder for the value in help, if there are no choices. */
  readonly value?: string;
  readonly fallback: string;
  readonly summary: string;
  /** Commands that take it, besides those that work on a node. */
  readonly alsoFor: readonly string[];
  /** Returns why a value is invalid; undefined if it is valid. */
  readonly check?: (value: string) => string | undefined;
}

/** A flag that a backend cannot support, except with the allowed values. */
export interface UnsupportedFlag {
  readonly flag: string;
  readonly allowed: readonly string[];
  readonly why: string;
}

/** The options for opening a backend. */
export interface BackendOptions {
  readonly chain: string;
  /** Returns the value of a flag that the backend owns, or its default. */
  readonly flag: (name: string) => string;
  /** Receives further findings. */
  readonly warn: (message: string) => void;
  /** The machine to work on; this one by default. */
  readonly host?: Host;
}

/** The output of `render` for one family. */
export interface Rendering {
  readonly text: string;
  /** The text as data. */
  readonly data: object;
}

export interface BackendKind {
  /** The value of --backend and --to. */
  readonly name: string;
  /** For help: where it writes the rules, and what `render` prints for it. */
  readonly place: string;
  readonly rendered: string;
  /** The families that it supports. */
  readonly families: readonly Family[];
  readonly flags: Readonly<Record<string, BackendFlag>>;
  /** The flag of its own that it requires, and what that flag names. */
  readonly required?: { readonly flag: string; readonly what: string };
  readonly unsupportedFlags: readonly UnsupportedFlag[];
  /** Keys of the config that it does not support, and why. */
  readonly unsupportedKeys: Unsupported;
  /** Loads the driver: most calls of the program need none, or one. */
  readonly load: () => Promise<BackendDriver>;
}

/** The part of a kind that works with rules. */
export interface BackendDriver {
  /** Returns why `auto` must choose this kind on this node; undefined if there is no such reason. Writes nothing. */
  readonly reasonToUse?: (options: BackendOptions) => Promise<string | undefined>;
  readonly open: (options: BackendOptions) => Promise<Backend>;
  /** Opens every place where earlier runs may have left rules, to clean up. */
  readonly openAll: (options: BackendOptions) => Promise<readonly Cleaner[]>;
  /** Renders each family's policy. Reads nothing from the node except a file that a flag names. */
  readonly render: (policy: readonly FamilyPolicy[], options: Pick<BackendOptions, "flag">) => readonly Rendering[];
}
