// The kinds of backends.
import { iptables } from "./iptables/kind.ts";
import type { BackendKind } from "./kind.ts";
import { nftables } from "./nftables/kind.ts";
import { windowsCni } from "./windows-cni/kind.ts";

/** What `auto` chooses if nothing speaks against it. */
export const DEFAULT_BACKEND: BackendKind = iptables;

/** The kind that can bind packets to the address they keep, and what `auto` chooses if the default one cannot work. */
export const ENFORCING_BACKEND: BackendKind = nftables;

/** Every kind, in the order of help. */
export const BACKENDS: readonly BackendKind[] = [iptables, nftables, windowsCni];
