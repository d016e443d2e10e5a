// nftables as a kind of backend.
import type { BackendKind } from "../kind.ts";
import { checkTableName, TABLE_FLAG } from "./table-name.ts";

export const nftables: BackendKind = {
  name: "nftables",
  place: "an nftables table",
  rendered: "input for nft",
  families: ["ipv4", "ipv6"],
  flags: {
    [TABLE_FLAG]: {
      value: "NAME",
      fallback: "ip-masq-agent",
      summary: "the name of the nftables table, one in family ip and one in ip6",
      alsoFor: ["preview", "render"],
      check: checkTableName,
    },
  },
  unsupportedFlags: [],
  unsupportedKeys: {},
  load: async () => (await import("./driver.ts")).driver,
};
