// ip-masq-agent explain ADDRESS…: what happens to packets to an address, and why.
import { explain as explainAddresses } from "../policy/index.ts";
import { UsageError } from "./flags.ts";
import { type Io, printJson } from "./io.ts";
import { outcomeData, paintVerdict, reasonOf } from "./outcomes.ts";
import { readPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** Exit 1 where something given is no address. */
export async function explain(settings: Settings, words: readonly string[], io: Io): Promise<number> {
  if (words.length === 0) throw new UsageError("explain needs an address, such as: ip-masq-agent explain 10.1.2.3");
  const { policy } = readPolicy(settings, io);
  const answers = explainAddresses(policy, words);
  if (settings.json) {
    printJson(io, {
      addresses: answers.map((answer) => {
        const { address } = answer;
        return answer.ok ? { address, ...outcomeData(answer) } : { address, error: "not an IP address" };
      }),
    });
  } else {
    const width = Math.max(...answers.map(({ address }) => address.length));
    for (const answer of answers) {
      const { address } = answer;
      if (answer.ok) io.print(`${address.padEnd(width)}  ${paintVerdict(answer, io)}  ${reasonOf(answer)}`);
      else io.warn(`${address} is not an IP address${address.includes("/") ? "; leave out the /length" : ""}`);
    }
  }
  return answers.every(({ ok }) => ok) ? 0 : 1;
}
