// What a check of a node is, and what it reports.
import type { Opened } from "../backends/index.ts";
import type { ConfigSource, ParsedConfig } from "../config/index.ts";
import type { ConntrackHost } from "../conntrack/index.ts";
import type { Files, Host } from "../host/index.ts";
import type { NatView, Ours } from "../netfilter/index.ts";
import type { FamilyPolicy } from "../policy/index.ts";

/** `error`: packets are treated otherwise than the config says, or are lost. `warning`: they may be. `info`: nothing is wrong. */
export type Severity = "error" | "warning" | "info";

/** One thing that a person should know. */
export interface Finding {
  /** The name of the check that found it. */
  readonly check: string;
  readonly severity: Severity;
  /** One sentence, without a full stop. */
  readonly what: string;
  /** The rules, values or files that show it, a line each, as the node has them. */
  readonly evidence: readonly string[];
  /** Why it matters, in sentences. */
  readonly why: string;
  /** What to do about it, in sentences. */
  readonly remedy: string;
}

/** The node as checks see it: what they may ask, and what the agent wants there. They write nothing. */
export interface NodeView {
  readonly host: Host;
  readonly files: Files;
  /** What the connections of the node are read with. */
  readonly connections: ConntrackHost;
  /** As --config names it. */
  readonly paths: readonly string[];
  /** The files that were read; empty if there are none, and the defaults apply. */
  readonly sources: readonly ConfigSource[];
  readonly parsed: ParsedConfig;
  /** One part for each family that the agent keeps; empty if the config is invalid. */
  readonly policy: readonly FamilyPolicy[];
  /** What runs in the postrouting NAT hook, for each family that the agent keeps. */
  readonly nat: () => Promise<readonly NatView[]>;
  /** By what the agent's own rules are known. */
  readonly ours: Ours;
  /** Opens the backend of the policy. Throws if the config is invalid, or what opening throws. */
  readonly open: () => Promise<Opened>;
  readonly now: Date;
}

/** What a check looked at and what it found. */
export interface Report {
  /** What was seen, in a few words: `Linux 6.1.0, forwarding is on`. */
  readonly seen: string;
  readonly findings: readonly Finding[];
  /** What could not be seen, and why; a line each. */
  readonly unseen: readonly string[];
}

/** A check. A new one is a file and a line in `checks.ts`. */
export interface Check {
  readonly name: string;
  /** Never throws for what a node may be like: what cannot be read is `unseen`. */
  readonly run: (node: NodeView) => Promise<Report>;
}
