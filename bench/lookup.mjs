// @ts-check
// Lookups and table builds in the core, compared with the alternatives in JavaScript.
import { readFileSync } from "node:fs";
import { BlockList, SocketAddress } from "node:net";
import { atLeast, load, median, printTable, takeTurns, verdict } from "./figures.mjs";
import { printNative } from "./native.mjs";
import { dotted, numbers, routes, some, writeLists } from "./routes.mjs";

/** @typedef {typeof import("../src/core/index.ts")} Core */
/** @typedef {ReturnType<typeof routes>} Routes */

/** Odd, so that there is a median. */
const ROUNDS = 21;
const BUILDS = 9;

const ADDRESSES = 1 << 20;
/** For the peers, which are slow. */
const FEW = 1 << 12;

/**
 * Millions per second: in the median round, and in the fastest round, which other jobs on a shared machine disturbed least.
 * @param {number} count
 * @param {readonly number[]} times
 */
function speed(count, times) {
  return { median: count / 1000 / median(times), best: count / 1000 / Math.min(...times) };
}

/** @param {number} mega */
const show = (mega) => mega.toFixed(mega < 10 ? 3 : 0);

/** An address as 128 bits. @param {string} text */
function bitsOf(text) {
  const [left = "", right] = text.split("::");
  const groups = (/** @type {string | undefined} */ part) => (part ? part.split(":") : []);
  const missing = 8 - groups(left).length - groups(right).length;
  const all = right === undefined ? groups(left) : [...groups(left), ...Array(missing).fill("0"), ...groups(right)];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/**
 * Random IPv6 addresses, made from 128 random bits each.
 * @param {(bits: bigint) => bigint} make
 */
function ipv6Addresses(make) {
  const random = numbers();
  const words = new BigUint64Array(ADDRESSES / 2);
  for (let i = 0; i < words.length; i += 2) {
    const bits = [0, 0, 0, 0].reduce((sum) => (sum << 32n) | BigInt(random()), 0n);
    const address = make(bits);
    words[i] = address >> 64n;
    words[i + 1] = address & 0xffffffffffffffffn;
  }
  return words;
}

async function findIpaddr() {
  try {
    return (await import("ipaddr.js")).default;
  } catch {
    return undefined;
  }
}

function ipv4Addresses() {
  const random = numbers();
  return Uint32Array.from({ length: ADDRESSES }, random);
}

/**
 * @param {Core} core
 * @param {Routes} routes
 */
function printSpeed({ buildTable, parsePrefixes }, { ipv4, ipv6, source }) {
  const addresses = ipv4Addresses();
  const random = numbers();
  const outside = ipv6Addresses((bits) => (bits >> 3n) | (1n << 125n));
  const inside = ipv6Addresses((bits) => {
    const [network = "", length] = (ipv6[random() % ipv6.length] ?? "").split("/");
    return bitsOf(network) | (bits & ((1n << BigInt(128 - Number(length))) - 1n));
  });
  const table = (/** @type {readonly string[]} */ list) => buildTable(parsePrefixes(list).records, "longest");
  const rows = [
    { name: "12 IPv4 prefixes", table: table(some(ipv4, 12)), target: 300 },
    { name: "64 IPv4 prefixes", table: table(some(ipv4, 64)), target: 300 },
    { name: "10,000 IPv4 prefixes", table: table(some(ipv4, 10_000)), target: 200 },
    { name: `${ipv4.length.toLocaleString("en")} IPv4 prefixes`, table: table(ipv4), target: 90 },
    { name: `${ipv6.length.toLocaleString("en")} IPv6 prefixes`, table: table(ipv6), ipv6: outside, target: 40 },
    { name: "the same, addresses inside prefixes", table: table(ipv6), ipv6: inside, target: 70 },
  ];
  const answers = new Int32Array(ADDRESSES);
  const times = takeTurns(
    Object.fromEntries(
      rows.map(({ name, table, ipv6 }) => [
        name,
        () => void (ipv6 ? table.lookupIPv6(ipv6, answers) : table.lookupIPv4(addresses, answers)),
      ]),
    ),
    { rounds: ROUNDS },
  );
  console.log(`\nLookups of random addresses: millions a second. Prefixes: ${source}`);
  printTable([
    ["", "median", "best", "target", "table, KB"],
    ...rows.map(({ name, table, ipv6, target }) => {
      const { median, best } = speed(ipv6 ? ipv6.length / 2 : addresses.length, times[name] ?? []);
      const size = (table.size / 1000).toFixed(table.size < 10_000 ? 1 : 0);
      return [name, show(median), show(best), atLeast(best, target), size];
    }),
  ]);
}

/**
 * @param {Core} core
 * @param {Routes} routes
 */
async function printPeers({ buildTable, LineReader, parsePrefixes }, { ipv4 }) {
  const list = some(ipv4, 64);
  const { records } = parsePrefixes(list);
  const table = buildTable(records, "first");
  const addresses = ipv4Addresses();
  const answers = new Int32Array(ADDRESSES);
  const texts = [...addresses].map(dotted);
  const lines = new TextEncoder().encode(texts.map((text) => `${text}\n`).join(""));
  const reader = new LineReader([{ prefixes: records }]);
  const read = () => {
    for (let at = 0; at < lines.length; ) {
      const room = reader.room();
      const part = lines.subarray(at, at + room.length);
      room.set(part);
      reader.filled(part.length);
      while (reader.next()) {}
      at += part.length;
    }
  };

  const blockList = new BlockList();
  for (const prefix of list) {
    const [network = "", bits] = prefix.split("/");
    blockList.addSubnet(network, Number(bits), "ipv4");
  }
  const few = texts.slice(0, FEW);
  const sockets = few.map((address) => new SocketAddress({ address }));
  const ipaddr = await findIpaddr();
  const ranges = list.map((prefix) => ipaddr?.parseCIDR(prefix)).filter((range) => range !== undefined);
  const parsed = few.map((text) => ipaddr?.parse(text)).filter((address) => address !== undefined);
  const isInside = (/** @type {import("ipaddr.js").IPv4 | import("ipaddr.js").IPv6} */ address) =>
    ipaddr?.subnetMatch(address, { inside: ranges }, "outside");
  const times = takeTurns(
    {
      numbers: () => void table.lookupIPv4(addresses, answers),
      text: read,
      block: () => sockets.forEach((address) => void blockList.check(address)),
      blockText: () => few.forEach((address) => void blockList.check(address, "ipv4")),
      other: () => parsed.forEach(isInside),
      otherText: () => ipaddr && few.forEach((text) => void isInside(ipaddr.parse(text))),
    },
    { rounds: ROUNDS },
  );
  /** @type {(name: string, ours: "numbers" | "text", theirs: "block" | "blockText" | "other" | "otherText", target?: number) => string[]} */
  const row = (name, ours, theirs, target) => {
    const our = speed(ADDRESSES, times[ours]).median;
    if (!ipaddr && theirs.startsWith("other")) return [name, show(our), "ipaddr.js missing"];
    const their = speed(FEW, times[theirs]).median;
    const ratio = `${Math.round(our / their)}x`;
    return [name, show(our), show(their), ratio, target ? atLeast(our / their, target, "x") : ""];
  };
  console.log("\n64 IPv4 prefixes, compared with peers: millions of addresses a second");
  printTable([
    ["", "ours", "peer", "ratio", "target"],
    row("numbers, net.BlockList with strings", "numbers", "blockText", 500),
    row("numbers, net.BlockList with SocketAddress", "numbers", "block"),
    row("numbers, ipaddr.js with parsed addresses", "numbers", "other"),
    row("text, net.BlockList with strings", "text", "blockText", 100),
    row("text, ipaddr.js parsing each", "text", "otherText"),
  ]);
}

/** @param {Core} core */
function printBuild({ buildTable, readPrefixList }) {
  const { files, count } = writeLists();
  const [sorted, shuffled] = [files["in order"], files.shuffled].map((file) => new Uint8Array(readFileSync(file)));
  const build = (/** @type {Uint8Array | undefined} */ list = new Uint8Array()) =>
    buildTable(readPrefixList(list).records(), "longest");
  const times = takeTurns(
    { sorted: () => void build(sorted), shuffled: () => void build(shuffled) },
    { rounds: BUILDS },
  );
  const megabytes = build(sorted).size / 1e6;
  /** @type {(name: string, times: readonly number[], target: number) => string[]} */
  const row = (name, times, target) => {
    const best = Math.min(...times);
    return [name, median(times).toFixed(0), best.toFixed(0), verdict(best, target)];
  };
  console.log(`\nA table of ${count.toLocaleString("en")} IPv4 prefixes, from text`);
  printTable([
    ["", "median", "best", "target"],
    row("from a list in order, ms", times.sorted, 250),
    row("from a shuffled list, ms", times.shuffled, 350),
    ["the table, MB", megabytes.toFixed(1), "", verdict(megabytes, 24)],
  ]);
}

export async function printLookup() {
  /** @type {Core} */
  const core = await load("src/core/index.ts");
  printBuild(core);
  const all = routes();
  printSpeed(core, all);
  printNative(core, all);
  await printPeers(core, all);
}
