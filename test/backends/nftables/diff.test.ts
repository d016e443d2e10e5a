import { test } from "uvu";
import * as assert from "uvu/assert";
import { nftablesBackend } from "../../../src/backends/index.ts";
import { desiredTable, diffTable, readTable } from "../../../src/backends/nftables/index.ts";
import { fakeNft } from "../../fake-nft.ts";
import { policiesOf } from "./policies-of.ts";

const TABLE = "ip-masq-agent";

const FOREIGN: readonly (readonly [name: string, change: (listing: string) => string])[] = [
  [
    "a rule",
    (text) => text.replace("\tchain postrouting {", "\tchain postrouting {\n\t\tcounter packets 1 bytes 2 drop"),
  ],
  ["a rule in place of ours", (text) => text.replace("masquerade fully-random", "masquerade")],
  ["a chain", (text) => text.replace(/\}\n$/, "\tchain other {\n\t}\n}\n")],
  ["a set", (text) => text.replace("\tmap", "\tset other {\n\t\ttype inet_service\n\t\telements = { 80 }\n\t}\n\tmap")],
  ["a flag of the table", (text) => text.replace("\tcomment", "\tflags dormant\n\tcomment")],
  ["another priority", (text) => text.replace("srcnat + 10", "srcnat")],
  ["an object of another kind", (text) => text.replace("\tmap", "\tcounter c {\n\t\tpackets 0 bytes 0\n\t}\n\tmap")],
  ["an element", (text) => text.replace("elements = { ", "elements = { 1.2.3.4 counter packets 0 bytes 0 : drop, ")],
  ["an element with a comment", (text) => text.replace(/(10.0.0.0.8 counter packets 0 bytes 0)/, '$1 comment "x, y"')],
  [
    "another verdict",
    (text) =>
      text.replace("10.0.0.0/8 counter packets 0 bytes 0 : return", "10.0.0.0/8 counter packets 0 bytes 0 : drop"),
  ],
  ["no element", (text) => text.replace(/\t\telements = .*\n/, "")],
];

test("all changes of the table by other programs are found", async () => {
  const [policy] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8"] });
  const backend = nftablesBackend(TABLE, assert.unreachable, fakeNft().host);
  await backend.sync(policy);
  const { text: listing } = await backend.inspect(policy);
  const desired = desiredTable(policy, TABLE);
  assert.is(diffTable(desired, readTable(listing, "ipv4", TABLE)), undefined);
  for (const [name, change] of FOREIGN) {
    const changed = change(listing);
    assert.not(changed === listing, name);
    const repair = diffTable(desired, readTable(changed, "ipv4", TABLE));
    assert.ok(repair, name);
    assert.ok(
      repair.changes.some(({ op }) => op !== "keep"),
      name,
    );
  }
});

test.run();
