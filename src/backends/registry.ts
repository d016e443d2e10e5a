// The registry of all kinds of backends.
import { iptables } from "./iptables/kind.ts";
import type { BackendKind } from "./kind.ts";
import { nftables } from "./nftables/kind.ts";
import { windowsCni } from "./windows-cni/kind.ts";

/** The kind that `auto` chooses by default. */
export const DEFAULT_BACKEND: BackendKind = iptables;

/** The kind that can enforce kept addresses, and that `auto` chooses if the default one cannot work. */
export const ENFORCING_BACKEND: BackendKind = nftables;

/** Every kind, in the order of help. */
export const BACKENDS: readonly BackendKind[] = [iptables, nftables, windowsCni];

/** The node and the config decide. */
export const AUTO = "auto";

/** A named kind, or {@link AUTO}. */
export type BackendChoice = BackendKind | typeof AUTO;
