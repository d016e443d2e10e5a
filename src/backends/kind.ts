// A kind of backend: all that the command line needs to know to offer it.
import type { Unsupported } from "../config/index.ts";
import type { Family } from "../core/index.ts";
import type { Host } from "../host/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";
import type { Backend, Cleaner } from "./backend.ts";

/** A flag that one kind of backend owns. */
export interface BackendFlag {
  /** The values that it may have; any text if there are none. */
  readonly choices?: readonly string[];
  /** Stands for the value in help, if there are no choices. */
  readonly value?: string;
  readonly fallback: string;
  readonly summary: string;
  /** Commands that take it besides those that work on a node. */
  readonly alsoOf: readonly string[];
  /** Why a value is none; undefined if it is good. */
  readonly check?: (value: string) => string | undefined;
}

/** A flag that asks for what a backend has no place for, unless it has one of these values. */
export interface MeaninglessFlag {
  readonly flag: string;
  readonly but: readonly string[];
  readonly why: string;
}

/** What a backend is opened with. */
export interface BackendOptions {
  readonly chain: string;
  /** The value of a flag that the backend owns, given or not. */
  readonly flag: (name: string) => string;
  /** Told what a person should know besides answers. */
  readonly warn: (message: string) => void;
  /** The machine that it works on; this one by default. */
  readonly host?: Host;
}

/** What `render` prints of one family. */
export interface Rendering {
  readonly text: string;
  /** The same as data. */
  readonly data: object;
}

export interface BackendKind {
  /** As --backend and --to name it. */
  readonly name: string;
  /** Where it keeps the policy, and what `render` prints of it; for help. */
  readonly place: string;
  readonly rendered: string;
  /** The families that it can keep. */
  readonly families: readonly Family[];
  readonly flags: Readonly<Record<string, BackendFlag>>;
  /** The flag of its own without which it cannot work, and what that names. */
  readonly required?: { readonly flag: string; readonly what: string };
  readonly meaningless: readonly MeaninglessFlag[];
  /** Keys of the config that it cannot keep, and why. */
  readonly unsupportedKeys: Unsupported;
  /** Why `auto` must choose this kind on this node; undefined if nothing asks for it. Writes nothing. */
  readonly demanded?: (options: BackendOptions) => Promise<string | undefined>;
  readonly open: (options: BackendOptions) => Promise<Backend>;
  /** Opens every place in which earlier runs may have left something, to clean up. */
  readonly openAll: (options: BackendOptions) => Promise<readonly Cleaner[]>;
  /** Renders each family's policy; nothing of the node is read, but a file that a flag names. */
  readonly render: (policy: readonly FamilyPolicy[], options: Pick<BackendOptions, "flag">) => readonly Rendering[];
}
