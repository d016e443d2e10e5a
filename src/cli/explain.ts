// ip-masq-agent explain ADDRESS…: what happens to packets to an address, and why.
import { explain as explainAddresses, type PolicyEntry } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { type Io, printJson } from "./io.ts";
import { readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Exit 1 where something given is no address. */
export async function explain(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  if (words.length === 0) throw new UsageError("explain needs an address, such as: ip-masq-agent explain 10.1.2.3");
  const { policy } = readPolicy(settings, io);
  const answers = explainAddresses(policy, words);
  const bad = answers.filter((answer) => !answer.ok);
  if (settings.json) {
    printJson(io, {
      addresses: answers.map((answer) => {
        if (!answer.ok) return { address: answer.address, error: "not an IP address" };
        const { address, family, verdict, entry, managed } = answer;
        const decidedBy = entry && { cidr: entry.prefix.network, reason: entry.reason, ...entry.origin };
        return { address, family, verdict, managed, decidedBy: decidedBy ?? null };
      }),
    });
  } else {
    const width = Math.max(...answers.map(({ address }) => address.length));
    for (const answer of answers) {
      if (!answer.ok) {
        io.warn(
          `${answer.address} is not an IP address${answer.address.includes("/") ? "; leave out the /length" : ""}`,
        );
        continue;
      }
      const why = answer.managed ? reason(answer.entry) : "IPv6 is not enabled: the agent keeps no rules for it";
      const paint = answer.verdict === "return" ? io.color.green : io.color.yellow;
      io.print(`${answer.address.padEnd(width)}  ${paint(answer.verdict.padEnd(10))}  ${why}`);
    }
  }
  return bad.length > 0 ? 1 : 0;
}

function reason(entry: PolicyEntry | undefined): string {
  if (!entry) return "no entry contains it";
  const { network } = entry.prefix;
  switch (entry.reason) {
    case "link-local":
      return `${network}  link-local (${entry.prefix.family === "ipv4" ? "masqLinkLocal" : "masqLinkLocalIPv6"}: false)`;
    case "default":
      return `${network}  default list`;
    case "config":
      return `${network}  ${entry.origin ? `${entry.origin.file}:${entry.origin.line}:${entry.origin.column}` : ""}`;
  }
}
