import { test } from "uvu";
import * as assert from "uvu/assert";
import { createEventReader } from "../../src/agent/rule-events.ts";

/** Output of nft 1.0.6. */
const OUTPUT = `add element ip ip-masq-agent destinations { 9.0.0.0/24 : accept }
# new generation 3 by process 5331 (nft)
add table ip other
# new generation 4 by process 5335 (nft)
add rule ip nat POSTROUTING ip saddr 1.2.3.4  counter packets 0 bytes 0 masquerade
insert rule ip nat POSTROUTING ip saddr 1.2.3.5  counter packets 0 bytes 0 accept
# new generation 5 by process 5340 (iptables-nft)
delete rule ip nat POSTROUTING handle 2
# new generation 6 by process 5345 (a (b) c)
delete rule ip ip-masq-agent masq handle 11
delete set ip ip-masq-agent __set0
delete table ip ip-masq-agent
delete table ip nat
# new generation 8 by process 5367 (nft)
`;

const isOurs = ({ table }: { readonly table: string }) => table === "ip-masq-agent" || table === "nat";

test("transactions are parsed wherever the output is split, with the program that made them", () => {
  for (let size = 1; size <= OUTPUT.length; size++) {
    const reader = createEventReader(() => ["ip-masq-agent", "nat"], isOurs);
    const parts = Array.from({ length: Math.ceil(OUTPUT.length / size) }, (_, i) =>
      OUTPUT.slice(i * size, (i + 1) * size),
    );
    const found = parts.flatMap((part) => reader.read(part));
    assert.equal(
      found.map(({ program, pid, events }) => [
        program,
        pid,
        events.map(({ op, object, table, name }) => [op, object, table, name].join(" ")),
      ]),
      [
        ["nft", 5331, ["add element ip-masq-agent destinations"]],
        ["iptables-nft", 5340, ["add rule nat POSTROUTING", "add rule nat POSTROUTING"]],
        ["a (b) c", 5345, ["delete rule nat POSTROUTING"]],
        [
          "nft",
          5367,
          [
            "delete rule ip-masq-agent masq",
            "delete set ip-masq-agent __set0",
            "delete table ip-masq-agent ",
            "delete table nat ",
          ],
        ],
      ],
      `parts of ${size}`,
    );
    assert.not(reader.hasLost());
  }
});

test("lost events are reported once", () => {
  const reader = createEventReader(() => ["ip-masq-agent", "nat"], isOurs);
  reader.read("# ERROR: We lost some netlink events!\n");
  assert.equal([reader.hasLost(), reader.hasLost()], [true, false]);
});

test("long lines and large transactions take little memory", () => {
  const reader = createEventReader(() => ["ip-masq-agent", "nat"], isOurs);
  for (let i = 0; i < 1_000; i++) reader.read("add element ip other set { ".padEnd(10_000, "1.2.3.4, "));
  reader.read("\n");
  for (let i = 0; i < 5_000; i++) reader.read(`delete rule ip nat X handle ${i}\n`);
  const [done] = reader.read("# new generation 9 by process 1 (nft)\n");
  assert.is(done?.events.length, 1_000);
});

test.run();
