// @ts-check
// Lookups and table builds in the core, beside what else JavaScript has for them. Everything takes turns, many times.
import { BlockList, SocketAddress } from "node:net";
import { buildTable, LineReader, parsePrefixes, parsePrefixList } from "../src/core/index.ts";
import { dotted, numbers, readRoutes, some } from "./prefixes.mjs";
import { atLeast, median, printTable, verdict } from "./report.mjs";

/** Odd, for medians. */
const ROUNDS = 21;
const BUILDS = 9;

const ADDRESSES = 1 << 20;
/** For the peers, which are slow. */
const FEW = 1 << 12;

/** @param {() => void} work */
function time(work) {
  const from = performance.now();
  work();
  return performance.now() - from;
}

/**
 * Millions a second of each task, which take turns: in the median round, and in the fastest, which the neighbours on a
 * shared machine disturbed least.
 * @param {readonly { count: number, work: () => void }[]} tasks
 */
function race(tasks) {
  const times = tasks.map(() => /** @type {number[]} */ ([]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { work }] of tasks.entries()) times[i]?.push(time(work));
  }
  return tasks.map(({ count }, i) => {
    const all = times[i] ?? [];
    return { median: count / 1000 / median(all), best: count / 1000 / Math.min(...all) };
  });
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

/** @param {ReturnType<typeof readRoutes>} routes */
function printSpeed({ ipv4, ipv6, source }) {
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
    { name: "the same, addresses inside of prefixes", table: table(ipv6), ipv6: inside, target: 40 },
  ];
  const answers = new Int32Array(ADDRESSES);
  const speeds = race(
    rows.map(({ table, ipv6 }) => {
      if (ipv6) return { count: ipv6.length / 2, work: () => void table.lookupIPv6(ipv6, answers) };
      return { count: addresses.length, work: () => void table.lookupIPv4(addresses, answers) };
    }),
  );
  console.log(`\nLookups of random addresses: millions a second. Prefixes: ${source}`);
  printTable([
    ["", "median", "best", "target", "table, KB"],
    ...rows.map(({ name, table, target }, i) => {
      const { median = 0, best = 0 } = speeds[i] ?? {};
      const size = (table.size / 1000).toFixed(table.size < 10_000 ? 1 : 0);
      return [name, show(median), show(best), atLeast(best, target), size];
    }),
  ]);
}

/** @param {ReturnType<typeof readRoutes>} routes */
async function printPeers({ ipv4 }) {
  const list = some(ipv4, 64);
  const { records } = parsePrefixes(list);
  const table = buildTable(records, "first");
  const addresses = ipv4Addresses();
  const answers = new Int32Array(ADDRESSES);
  const texts = [...addresses].map(dotted);
  const lines = new TextEncoder().encode(texts.map((text) => `${text}\n`).join(""));
  const reader = new LineReader([records]);
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
  const tasks = [
    { count: ADDRESSES, work: () => void table.lookupIPv4(addresses, answers) },
    { count: ADDRESSES, work: read },
    { count: FEW, work: () => sockets.forEach((address) => void blockList.check(address)) },
    { count: FEW, work: () => few.forEach((address) => void blockList.check(address, "ipv4")) },
  ];
  const ipaddr = await findIpaddr();
  if (ipaddr) {
    const ranges = list.map((prefix) => ipaddr.parseCIDR(prefix));
    const parsed = few.map((text) => ipaddr.parse(text));
    const isInside = (/** @type {import("ipaddr.js").IPv4 | import("ipaddr.js").IPv6} */ address) =>
      ipaddr.subnetMatch(address, { inside: ranges }, "outside");
    tasks.push(
      { count: FEW, work: () => parsed.forEach(isInside) },
      { count: FEW, work: () => few.forEach((text) => void isInside(ipaddr.parse(text))) },
    );
  }
  const [bulk = 0, text = 0, block = 0, blockText = 0, other, otherText] = race(tasks).map(({ median }) => median);
  const ratio = (/** @type {number} */ ours, /** @type {number} */ theirs) => `${Math.round(ours / theirs)}x`;
  /** @type {(name: string, ours: number, theirs: number | undefined, target?: number) => string[]} */
  const row = (name, ours, theirs, target) => {
    if (theirs === undefined) return [name, show(ours), "ipaddr.js missing"];
    return [name, show(ours), show(theirs), ratio(ours, theirs), target ? atLeast(ours / theirs, target, "x") : ""];
  };
  console.log("\n64 IPv4 prefixes, beside its peers: millions of addresses a second");
  printTable([
    ["", "ours", "peer", "ratio", "target"],
    row("numbers, net.BlockList with strings", bulk, blockText, 500),
    row("numbers, net.BlockList with SocketAddress", bulk, block),
    row("numbers, ipaddr.js with parsed addresses", bulk, other),
    row("text, net.BlockList with strings", text, blockText, 100),
    row("text, ipaddr.js parsing each", text, otherText),
  ]);
}

/** @param {ReturnType<typeof readRoutes>} routes */
function printBuild({ ipv4 }) {
  const text = new TextEncoder().encode(ipv4.join("\n"));
  const shuffled = new TextEncoder().encode(shuffle(ipv4).join("\n"));
  let size = 0;
  const build = (/** @type {Uint8Array} */ list) => {
    ({ size } = buildTable(parsePrefixList(list).records, "longest"));
  };
  /** @type {[number[], number[]]} */
  const times = [[], []];
  for (let i = 0; i < BUILDS; i++) {
    times[0].push(time(() => build(text)));
    times[1].push(time(() => build(shuffled)));
  }
  console.log(`\nA table of ${ipv4.length.toLocaleString("en")} IPv4 prefixes, from text`);
  const best = times.map((all) => Math.min(...all));
  const row = (/** @type {0 | 1} */ i) => [median(times[i]).toFixed(0), (best[i] ?? 0).toFixed(0)];
  printTable([
    ["", "median", "best", "target"],
    ["from a sorted list, ms", ...row(0), verdict(best[0] ?? 0, 250)],
    ["from a shuffled list, ms", ...row(1)],
    ["the table, MB", (size / 1e6).toFixed(1), "", verdict(size / 1e6, 24)],
  ]);
}

/** @param {readonly string[]} list */
function shuffle(list) {
  const random = numbers();
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = random() % (i + 1);
    [all[i], all[j]] = [all[j] ?? "", all[i] ?? ""];
  }
  return all;
}

export async function printLookup() {
  const routes = readRoutes();
  printSpeed(routes);
  await printPeers(routes);
  printBuild(routes);
}
