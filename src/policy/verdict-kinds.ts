// The kinds of verdicts.
// This module is browser-compatible.
import type { Verdict } from "./verdict.ts";

export const VERDICT_KINDS = ["keep", "masquerade", "snat"] as const satisfies readonly Verdict["kind"][];
