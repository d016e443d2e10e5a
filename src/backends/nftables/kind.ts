// nftables as a kind of backend.
import { ifMissing, type Runner, thisHost } from "../../host/index.ts";
import type { BackendKind, BackendOptions } from "../kind.ts";
import { formatRendered } from "../rendered.ts";
import { nftablesBackend } from "./backend.ts";
import { render } from "./render.ts";
import { checkTableName } from "./table-name.ts";
import { checkVersions } from "./tools.ts";

const TABLE = "nft-table";

const open = ({ flag, warn, host }: BackendOptions) => nftablesBackend(flag(TABLE), warn, host);

export const nftables: BackendKind = {
  name: "nftables",
  place: "an nftables table",
  rendered: "input for nft",
  families: ["ipv4", "ipv6"],
  flags: {
    [TABLE]: {
      value: "NAME",
      fallback: "ip-masq-agent",
      summary: "the name of the nftables table, one in family ip and one in ip6",
      alsoFor: ["preview", "render"],
      check: checkTableName,
    },
  },
  unsupportedFlags: [],
  unsupportedKeys: {},
  reasonToUse: async ({ host = thisHost }) =>
    (await runsKubeProxy(host.run)) ? "kube-proxy runs in nftables mode" : undefined,
  open: async (options) => {
    await checkVersions((options.host ?? thisHost).run);
    return open(options);
  },
  openAll: async (options) => [open(options)],
  render: (policy, { flag }) => render(policy, flag(TABLE)).map((data) => ({ data, text: formatRendered(data) })),
};

/** Whether kube-proxy keeps its rules in nftables. Lists only one chain, because its table may have many thousands of rules. */
async function runsKubeProxy(run: Runner): Promise<boolean> {
  const listed = await run("nft", ["list", "chain", "ip", "kube-proxy", "nat-postrouting"]).catch(ifMissing);
  return listed?.exit === 0;
}
