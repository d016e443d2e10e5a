// The types of a check, its findings and its report.
import type { Opened } from "../backends/index.ts";
import type { ConfigSource, ParsedConfig } from "../config/index.ts";
import type { ConntrackHost } from "../conntrack/index.ts";
import type { Files, Host } from "../host/index.ts";
import type { NatView, Ours } from "../netfilter/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";

/** `error`: packets are not treated as the config says, or are lost. `warning`: they may be. `info`: not a problem. */
export type Severity = "error" | "warning" | "info";

/** A problem, or something worth knowing. */
export interface Finding {
  /** The name of the check that found it. */
  readonly check: string;
  readonly severity: Severity;
  /** One sentence, without a full stop. */
  readonly what: string;
  /** The rules, values or files that show it, one per line, as they are on the node. */
  readonly evidence: readonly string[];
  /** Why it matters, in sentences. */
  readonly why: string;
  /** What to do about it, in sentences. */
  readonly remedy: string;
}

/** What checks can read: the node, and the agent's config and policy. Checks write nothing. */
export interface NodeView {
  readonly host: Host;
  readonly files: Files;
  /** Reads the connections of the node. */
  readonly connections: ConntrackHost;
  /** The paths of --config. */
  readonly paths: readonly string[];
  /** The files that were read; empty if there are none and the defaults apply. */
  readonly sources: readonly ConfigSource[];
  readonly parsed: ParsedConfig;
  /** One part for each family that the agent maintains; empty if the config is invalid. */
  readonly policy: readonly FamilyPolicy[];
  /** What runs in the postrouting NAT hook, for each family that the agent maintains. */
  readonly nat: () => Promise<readonly NatView[]>;
  /** How the agent's own rules are recognized. */
  readonly ours: Ours;
  /** Opens the backend of the policy. Throws if the config is invalid or the backend cannot be opened. */
  readonly open: () => Promise<Opened>;
  readonly now: Date;
}

/** What a check read and what it found. */
export interface Report {
  /** What was seen, in a few words: `Linux 6.1.0, forwarding is on`. */
  readonly seen: string;
  readonly findings: readonly Finding[];
  /** What could not be read, and why; one per line. */
  readonly unseen: readonly string[];
}

/** A check. A new one is a file and a line in `checks.ts`. */
export interface Check {
  readonly name: string;
  /** Does not throw because of the state of a node: what cannot be read is `unseen`. */
  readonly run: (node: NodeView) => Promise<Report>;
}
