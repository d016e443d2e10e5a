import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredTable, diffTable, readTable } from "../../../src/backends/nftables/index.ts";
import { policyOf } from "../../policy-of.ts";

const TABLE = "ip-masq-agent";

test("listings are parsed with handles, and among other tables", () => {
  const policy = policyOf("10.0.0.0/8");
  const desired = desiredTable(policy, TABLE);
  const text = (diffTable(desired)?.text ?? "").replace(/^(add|delete) .*\n/gm, "");
  const listing = text
    .replace(/(10\.0\.0\.0\/8)/, "$1 counter packets 0 bytes 0")
    .replace(/counter (?=goto)/, "counter packets 0 bytes 0 ");
  const handles = listing
    .replace(/(\{|return|masq|masquerade|@destinations)$/gm, "$1 # handle 7")
    .replace(/\n/g, "\r\n");
  for (const one of [
    listing,
    handles,
    `table ip nat {\n\tchain x {\n\t}\n}\n${listing}table ip6 ip-masq-agent {\n}\n`,
  ]) {
    assert.is(diffTable(desired, readTable(one, "ipv4", TABLE)), undefined, one);
  }
  assert.not(readTable(`table ip nat {\n}\n`, "ipv4", TABLE).exists);
  assert.throws(() => readTable(listing.slice(0, -20), "ipv4", TABLE), /ends in the middle of a table/);
});

test.run();
