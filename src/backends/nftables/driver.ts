// The driver of nftables.
import { ifMissing, type Runner, thisHost } from "../../host/index.ts";
import type { BackendDriver, BackendOptions } from "../kind.ts";
import { formatRendered } from "../rendered.ts";
import { nftablesBackend } from "./backend.ts";
import { render } from "./render.ts";
import { TABLE_FLAG } from "./table-name.ts";
import { checkVersions } from "./tools.ts";

const open = ({ flag, warn, host }: BackendOptions) => nftablesBackend(flag(TABLE_FLAG), warn, host);

export const driver: BackendDriver = {
  reasonToUse: async ({ host = thisHost }) =>
    (await runsKubeProxy(host.run)) ? "kube-proxy runs in nftables mode" : undefined,
  open: async (options) => {
    await checkVersions((options.host ?? thisHost).run);
    return open(options);
  },
  openAll: async (options) => [open(options)],
  render: (policy, { flag }) => render(policy, flag(TABLE_FLAG)).map((data) => ({ data, text: formatRendered(data) })),
};

/** Whether kube-proxy keeps its rules in nftables. Lists only one chain, because its table may have many thousands of rules. */
async function runsKubeProxy(run: Runner): Promise<boolean> {
  const listed = await run("nft", ["list", "chain", "ip", "kube-proxy", "nat-postrouting"]).catch(ifMissing);
  return listed?.exit === 0;
}
