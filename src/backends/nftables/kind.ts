// nftables as a kind of backend.
import { ifMissing, type Runner, thisHost } from "../../host/index.ts";
import type { BackendKind, BackendOptions } from "../kind.ts";
import { nftablesBackend } from "./backend.ts";
import { render } from "./render.ts";
import { checkVersions } from "./tools.ts";

const TABLE = "nft-table";

/** Names under which iptables, ebtables and kube-proxy keep tables: ours would take the place of theirs. */
const OTHERS: readonly string[] = ["filter", "nat", "mangle", "raw", "security", "broute", "kube-proxy"];

const open = ({ flag, warn, host }: BackendOptions) => nftablesBackend(flag(TABLE), warn, host);

export const nftables: BackendKind = {
  name: "nftables",
  place: "in a table of nftables",
  rendered: "the input of nft",
  families: ["ipv4", "ipv6"],
  flags: {
    [TABLE]: {
      value: "NAME",
      fallback: "ip-masq-agent",
      summary: "the nftables table, of the families ip and ip6",
      alsoOf: ["render"],
      check: (name) => {
        if (OTHERS.includes(name)) return "a table of that name belongs to another program, whose rules would be lost";
        return /^[A-Za-z_.][\w./-]{0,127}$/.test(name)
          ? undefined
          : "a table's name begins with a letter, and has letters, digits and _ . / - in it";
      },
    },
  },
  meaningless: [],
  unsupportedKeys: {},
  demanded: async ({ host = thisHost }) =>
    (await runsKubeProxy(host.run)) ? "kube-proxy runs in nftables mode" : undefined,
  open: async (options) => {
    await checkVersions((options.host ?? thisHost).run);
    return open(options);
  },
  openAll: async (options) => [open(options)],
  render: (policy, { flag }) =>
    render(policy, flag(TABLE)).map((data) => ({ data, text: `# ${data.command}\n${data.transaction}` })),
};

/** Does kube-proxy keep its rules in nftables? One chain is listed: its table may hold many thousands. */
async function runsKubeProxy(run: Runner): Promise<boolean> {
  const listed = await run("nft", ["list", "chain", "ip", "kube-proxy", "nat-postrouting"]).catch(ifMissing);
  return listed?.exit === 0;
}
