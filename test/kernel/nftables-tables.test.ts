// The nftables table as the kernel holds it decides as the policy does, whatever edits led to it.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { desiredTable, diffTable } from "../../src/backends/nftables/index.ts";
import type { Family } from "../../src/core/index.ts";
import { formatAddress, numbersBelow } from "../core/slow.ts";
import {
  type Below,
  configText,
  decideSlow,
  parseSlow,
  randomAddress,
  randomConfig,
  shiftOf,
} from "../policy/random.ts";
import { kernelTest, withNode } from "./harness.ts";
import { backendIn, FAMILIES, listTable, NFT_FAMILY, nft, policyOfText, TABLE, uncounted } from "./nft.ts";
import { readListing, walk } from "./nft-walk.ts";

type Made = ReturnType<typeof randomConfig>;

const PORTS = [
  { first: 1024, last: 29999 },
  { first: 32768, last: 65535 },
];

/** Walks the listing for packets at the edges of prefixes and elsewhere, and compares it with the reference implementation. */
function checkDecisions(made: Made, listing: string, family: Family, below: Below, packets: number): void {
  const table = readListing(listing, family);
  const show = (address: bigint) => formatAddress({ family, address, bits: 0 });
  const edges = made.verdicts.filter(({ prefix }) => prefix.family === family);
  const limit = 1n << (family === "ipv4" ? 32n : 128n);
  for (let i = 0; i < packets; i++) {
    const edge = edges[below(Math.max(1, edges.length))]?.prefix;
    const size = edge ? 1n << shiftOf(edge) : 1n;
    const near = edge && [edge.address, edge.address + size - 1n, edge.address - 1n, edge.address + size][below(4)];
    const destination = near === undefined || near < 0n || near >= limit ? randomAddress(below, family) : near;
    const source = randomAddress(below, family);
    const output = ["eth0", "lo", "wlan0"][below(3)] ?? "";
    const expected = decideSlow(made, family, destination, source, output);
    const inScope = decideSlow({ ...made, verdicts: [] }, family, destination, source, output) === "masquerade";
    const packet = { destination, source, output };
    const said = `${show(source)} -> ${show(destination)} by ${output}\n${configText(made.config)}\n${listing}`;
    assert.is(walk(table, "postrouting", packet), expected.replace(" outside", ""), said);
    const isBound = made.config.enforceNonMasquerade && expected === "keep" && inScope;
    assert.is(walk(table, "enforce", packet), isBound ? "bind" : "keep", said);
  }
}

kernelTest("tables of random policies, as the kernel prints them, decide as the longest prefix does", () =>
  withNode(async (node) => {
    const below = numbersBelow(31);
    const backend = backendIn(node);
    for (let n = 0; n < 20; n++) {
      const random = randomConfig(below);
      const made = { ...random, config: { ...random.config, enforceNonMasquerade: below(2) === 0 } };
      const policy = policyOfText(configText(made.config), below(3) === 0 ? PORTS : []);
      for (const part of policy) {
        await backend.sync(part);
        // The kernel prints exactly what was written, byte for byte.
        assert.is(await backend.plan(part), undefined, listTable(node, part.family));
        checkDecisions(made, listTable(node, part.family), part.family, below, 60);
      }
    }
  }),
);

/** Prefixes that are adjacent, that nest, and that reach the ends of the address space. */
const PREFIXES: Readonly<Record<Family, readonly string[]>> = {
  ipv4: [
    "0.0.0.0/0 0.0.0.0/1 0.0.0.0/32 128.0.0.0/1 10.0.0.0/8 10.0.0.0/9 10.128.0.0/9 10.128.0.0/16 10.128.0.0/24 10.128.0.0/32",
    "10.128.0.1/32 10.255.255.255/32 11.0.0.0/8 9.255.255.255/32 127.0.0.0/8 224.0.0.0/4 240.0.0.0/4 255.0.0.0/8",
    "255.255.255.254/31 255.255.255.254/32 255.255.255.255/32 192.0.2.0/24 192.0.2.0/25 192.0.2.128/25 192.0.3.0/24",
  ].flatMap((line) => line.split(" ")),
  ipv6: [
    "::/0 ::/1 ::/128 ::1/128 ::/96 ::10.0.0.0/104 8000::/1 fd00::/8 fd00::/9 fd80::/9 fd00:1::/32 fd00:1::/64 fd00:1::/128",
    "fd00:1::1/128 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 fe00::/7 fc00::/8 ff00::/8 2001:db8::/32 2001:db8::/33",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 2001:db8:8000::/33",
  ].flatMap((line) => line.split(" ")),
};

const TO = {
  ipv4: ["203.0.113.1", "203.0.113.1-203.0.113.2"],
  ipv6: ["2001:db8::1", "2001:db8::1-2001:db8::2"],
} as const;

/** The intended verdict of a prefix: none, kept, masqueraded, or translated to the first or second address of its family. */
type State = "absent" | "keep" | "masquerade" | 0 | 1;
const STATES: readonly State[] = ["absent", "absent", "keep", "keep", "masquerade", 0, 1];

/** A config with these verdicts, and the input of the reference implementation. */
function configOf(states: ReadonlyMap<string, State>, enforceNonMasquerade: boolean): { text: string; made: Made } {
  const having = (wanted: State) => [...states].flatMap(([prefix, state]) => (state === wanted ? [prefix] : []));
  const familyOf = (prefix: string): Family => (prefix.includes(":") ? "ipv6" : "ipv4");
  const snat = FAMILIES.flatMap((family) =>
    ([0, 1] as const).map((which) => ({
      destinationCIDRs: having(which).filter((prefix) => familyOf(prefix) === family),
      to: TO[family][which],
    })),
  ).filter(({ destinationCIDRs }) => destinationCIDRs.length > 0);
  const text = JSON.stringify({
    nonMasqueradeCIDRs: having("keep"),
    masqueradeCIDRs: having("masquerade"),
    snat,
    masqLinkLocal: true,
    masqLinkLocalIPv6: true,
    enforceNonMasquerade,
  });
  const verdicts = [...states].flatMap(([text, state]) => {
    const [address = "", bits] = text.split("/");
    const family = familyOf(text);
    const prefix = { family, bits: Number(bits), address: parseSlow(address) };
    const verdict = typeof state === "number" ? `snat ${TO[family][state]}` : state;
    return state === "absent" ? [] : [{ prefix, verdict }];
  });
  const empty = randomConfig(() => 1).config;
  const config = { ...empty, sourceCIDRs: [], outputInterfaces: [], enforceNonMasquerade };
  return { text, made: { config, verdicts } };
}

/** Elements of the map of destinations, as text, with their counters. */
function elementsOf(listing: string): Map<string, bigint> {
  const body = /map destinations \{[\s\S]*?\n\t\}/.exec(listing)?.[0] ?? "";
  const found = body.matchAll(/([\da-f.:/-]+) counter packets (\d+) bytes \d+ : ((?:goto )?[\w.-]+)/g);
  return new Map([...found].map(([, key = "", packets = "", verdict]) => [`${key} : ${verdict}`, BigInt(packets)]));
}

/** Changes that other programs make to a table between two syncs. */
const EDITS: readonly ((place: string, keys: readonly string[]) => string)[] = [
  (place) => `flush ruleset ${place.split(" ")[0]}`,
  (place) => `delete table ${place}`,
  (place) => `flush map ${place} destinations`,
  (place) => `flush chain ${place} postrouting`,
  (place) => `flush chain ${place} postrouting\ndelete chain ${place} postrouting`,
  (place) => `insert rule ${place} postrouting accept`,
  (place) => `add chain ${place} theirs`,
  (place) => `add set ${place} theirs { type mark; elements = { 1, 2 }; }`,
  (place) => `add table ${place} { flags dormant; }`,
  (place, [key]) => (key ? `delete element ${place} destinations { ${key} }` : ""),
  (place, keys) => (keys.length > 0 ? `delete element ${place} destinations { ${keys.join(", ")} }` : ""),
  (place, [key]) =>
    key
      ? `add chain ${place} bad\ndelete element ${place} destinations { ${key} }\nadd element ${place} destinations { ${key} : goto bad }`
      : "",
];

kernelTest(
  "after any edit and any change by other programs the table matches the rendered one, and remaining counters continue",
  () =>
    withNode(async (node) => {
      const below = numbersBelow(32);
      const backend = backendIn(node);
      const pool = FAMILIES.flatMap((family) => PREFIXES[family]);
      const states = new Map<string, State>(pool.map((prefix) => [prefix, "absent"]));
      const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T;
      let stayed = 0;
      for (let step = 0; step < 20; step++) {
        const changes = below(8) === 0 ? pool : Array.from({ length: 1 + below(4) }, () => pick(pool));
        for (const prefix of changes) states.set(prefix, pick(STATES));
        const { text, made } = configOf(states, step % 15 > 9);
        for (const part of policyOfText(text)) {
          const { family } = part;
          const current = listTable(node, family);
          const place = `${NFT_FAMILY[family]} ${TABLE}`;
          const show = () => `step ${step}\n${text}\n${listTable(node, family)}`;
          if (step > 0) count(node, place, current, below);
          const isEdited = step > 0 && below(3) === 0;
          if (isEdited) {
            const keys = [...elementsOf(current).keys()].map((one) => one.split(" ")[0] ?? "");
            nft(node, pick(EDITS)(place, keys.slice(below(keys.length + 1))));
          }
          const before = elementsOf(listTable(node, family));
          await backend.sync(part);
          assert.is(await backend.plan(part), undefined, show());
          const listing = listTable(node, family);
          checkDecisions(made, listing, family, below, 25);

          const after = elementsOf(listing);
          for (const [element, packets] of before) {
            if (isEdited || !after.has(element)) continue;
            stayed++;
            assert.ok((after.get(element) ?? 0n) >= packets, `${element} had counted ${packets}\n${show()}`);
          }
          nft(node, diffTable(desiredTable(part, "fresh"))?.text ?? "");
          const fresh = listTable(node, family, "fresh");
          assert.is(uncounted(listing), uncounted(fresh).replace(" fresh {", ` ${TABLE} {`), show());
        }
      }
      assert.ok(stayed > 80, `${stayed} elements stayed`);
    }),
);

/** Sets the elements' counters, as packets would: a different number for each. */
function count(node: string, place: string, listing: string, below: Below): void {
  const elements = [...elementsOf(listing).keys()].map((one) => one.split(" : "));
  if (elements.length === 0) return;
  const added = elements.map(([key, verdict]) => `${key} counter packets ${1 + below(1000)} bytes 1 : ${verdict}`);
  nft(
    node,
    `delete element ${place} destinations { ${elements.map(([key]) => key).join(", ")} }\n` +
      `add element ${place} destinations { ${added.join(", ")} }`,
  );
}

test.run();
