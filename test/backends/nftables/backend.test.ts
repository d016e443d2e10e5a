// The nftables backend on tables in memory: what it writes, and when it reads it again.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { nftablesBackend } from "../../../src/backends/index.ts";
import { inCI } from "../../cases.ts";
import { errorOf } from "../../error-of.ts";
import { fakeNft } from "../../fake-nft.ts";
import { policyOf } from "../../policy-of.ts";
import { policiesOf } from "./policies-of.ts";

const TABLE = "ip-masq-agent";

test("an edit adds and deletes elements; elements that stay are not named", async () => {
  const nft = fakeNft();
  const backend = nftablesBackend(TABLE, assert.unreachable, nft.host);
  const [before] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "192.168.0.0/16"] });
  const [after] = policiesOf({ nonMasqueradeCIDRs: ["10.0.0.0/8", "172.16.0.0/12"] });
  assert.equal((await backend.sync(before))?.counts, { added: 6, removed: 0, kept: 0 });
  assert.is(await backend.sync(before), undefined);
  const written = await backend.sync(after);
  assert.equal(written?.counts, { added: 1, removed: 1, kept: 5 });
  assert.is(
    written?.text,
    "delete element ip ip-masq-agent destinations { 192.168.0.0/16 }\n" +
      "table ip ip-masq-agent {\n\tmap destinations {\n\t\ttype ipv4_addr : verdict\n\t\tflags interval\n\t\tcounter\n" +
      "\t\telements = { 172.16.0.0/12 : return }\n\t}\n}\n",
  );
  assert.is(await backend.sync(after), undefined);
  assert.is(backend.describeCleanup("", await backend.cleanup("ipv4", "")), "removed: table ip-masq-agent");
  assert.equal([...nft.tables], []);
});

test("after an edit that nft refuses, the whole table is written", async () => {
  const nft = fakeNft();
  const backend = nftablesBackend(TABLE, assert.unreachable, nft.host);
  await backend.sync(policyOf("10.0.0.0/8"));
  nft.intercept = (_, input) => (input.startsWith("delete element") ? { exit: 1, stderr: "a bug" } : undefined);
  const written = await backend.sync(policyOf("11.0.0.0/8"));
  assert.match(written?.text ?? "", /^add table ip ip-masq-agent\ndelete table/);
  assert.is(await backend.sync(policyOf("11.0.0.0/8")), undefined);
});

inCI("what nft has written is read again, except for a large table that was written as a whole", async () => {
  const cases: readonly (readonly [entries: number, listings: number])[] = [
    [100, 2],
    [20_001, 1],
  ];
  for (const [count, listings] of cases) {
    // Halves of /24s, so that none can be merged.
    const nonMasqueradeCIDRs = Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/25`);
    const [policy] = policiesOf({ nonMasqueradeCIDRs, cidrLimit: count });
    const nft = fakeNft();
    const backend = nftablesBackend(TABLE, () => {}, nft.host);
    await backend.sync(policy);
    assert.is(nft.calls.filter((call) => call.startsWith("nft list table")).length, listings, `${count} entries`);
  }
});

test("a transaction that nft refuses is an error that names the line", async () => {
  const nft = fakeNft();
  nft.intercept = (command) =>
    command.includes("-f") ? { exit: 1, stderr: "/dev/stdin:3:1-5: Error: syntax error" } : undefined;
  const error = await errorOf(nftablesBackend(TABLE, assert.unreachable, nft.host).sync(policyOf("10.0.0.0/8")));
  assert.match(error.message, /^nft -f -: exit 1: it refused the line: table ip ip-masq-agent \{/);
});

test.run();
