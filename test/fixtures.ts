// The recorded vectors (test/fixtures/README.md describes where they come from).
import { readFileSync } from "node:fs";

/** A string as parsed by Go's net.ParseCIDR. */
export type CidrVector =
  | { in: string; ok: false }
  | { in: string; ok: true; aligned: boolean; bits: 32 | 128; network: string; ones: number; v6: boolean };

/** A string as parsed by Go's time.ParseDuration. */
export type DurationVector = { in: string; ok: false } | { in: string; ok: true; ns: string; canonical: string };

/** One run of the established agent: flags, config file, and the resulting tables. */
export interface RulesVector {
  name: string;
  backend: "nft" | "legacy";
  flags: string[];
  config: string | null;
  /** null: it kept running. */
  exit: number | null;
  errors: string[];
  effective: {
    nonMasqueradeCIDRs: string[] | null;
    cidrLimit: number;
    masqLinkLocal: boolean;
    masqLinkLocalIPv6: boolean;
    resyncInterval: string;
  } | null;
  /** `iptables-save -t nat` and `ip6tables-save -t nat`, without comments and counters. */
  v4: string;
  v6: string;
}

function read<T>(name: string): T[] {
  const lines = readFileSync(`test/fixtures/${name}.jsonl`, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as T);
}

export const cidrVectors = () => read<CidrVector>("cidr");
export const durationVectors = () => read<DurationVector>("duration");
export const rulesVectors = () => read<RulesVector>("rules");

/** Deliberate differences from the established agent; docs/comparison.md lists the same. */
export const REFUSED_ON_PURPOSE = new Set(["cidrs with null", "interval 0s", "interval -5s", "interval 100us"]);
export const ACCEPTED_ON_PURPOSE = new Set(["json trailing comma", "json with comment"]);

/** Does this agent leave rules behind in the case? */
export function isValid({ name, errors }: RulesVector): boolean {
  return (errors.length === 0 && !REFUSED_ON_PURPOSE.has(name)) || ACCEPTED_ON_PURPOSE.has(name);
}
