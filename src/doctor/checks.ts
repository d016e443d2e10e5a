// All checks, in the order of the output.
import type { Check } from "./check.ts";
import { config } from "./config.ts";
import { conntrackCheck } from "./conntrack.ts";
import { kernel } from "./kernel.ts";
import { leftovers } from "./leftovers.ts";
import { pods } from "./pods.ts";
import { rules } from "./rules.ts";
import { sourceNat } from "./source-nat.ts";

export const CHECKS: readonly Check[] = [config, rules, sourceNat, leftovers, pods, kernel, conntrackCheck];
