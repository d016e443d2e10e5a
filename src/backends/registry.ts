// The kinds of backends.
import { iptables } from "./iptables/kind.ts";
import type { BackendKind } from "./kind.ts";
import { windowsCni } from "./windows-cni/kind.ts";

export const DEFAULT_BACKEND: BackendKind = iptables;

/** Every kind, in the order of help. */
export const BACKENDS: readonly BackendKind[] = [iptables, windowsCni];
