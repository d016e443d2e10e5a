import { test } from "uvu";
import * as assert from "uvu/assert";
import { countersOf, desiredTable, diffTable, readTable } from "../../../src/backends/nftables/index.ts";
import type { FamilyPolicy } from "../../../src/policy/index.ts";
import { policiesOf } from "./policies-of.ts";

const TABLE = "ip-masq-agent";

test("an interval that is split passes its counter to its first part", () => {
  const [outer] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] });
  const [cut] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"], masqueradeCIDRs: ["10.50.0.0/16"] });
  const listing = (policy: FamilyPolicy, counted: string) => {
    const text = diffTable(desiredTable(policy, TABLE))?.text ?? "";
    return text
      .slice(text.indexOf("table ip ip-masq-agent {"))
      .replace(/elements = \{ .*(?= :)/, `elements = { ${counted}`);
  };
  const observed = readTable(listing(outer, "10.0.0.0/8 counter packets 7 bytes 420"), "ipv4", TABLE);
  const text = diffTable(desiredTable(cut, TABLE), observed)?.text ?? "";
  assert.match(text, "elements = { 10.0.0.0-10.49.255.255 counter packets 7 bytes 420 : return,");
  assert.match(text, "10.51.0.0-10.255.255.255 : return");
  assert.equal(
    countersOf(outer, TABLE, observed).map(({ cidr, connections }) => [cidr, connections]),
    [
      ["10.0.0.0/8", 7n],
      ["0.0.0.0/0", 0n],
    ],
  );
});

test.run();
