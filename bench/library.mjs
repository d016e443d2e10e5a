// @ts-check
// The library compared with npm packages for the same queries, with one call per query, on strings.
import { BlockList } from "node:net";
import { load, median, printTable, takeTurns } from "./figures.mjs";
import { dotted, numbers, routes, some } from "./routes.mjs";

const ROUNDS = 11;
const PREFIXES = 64;
const ADDRESSES = 2000;
/** The number of prefixes in a merged list, and in a list that others are subtracted from. */
const MERGED = 2000;

/**
 * Our function compared with its peers. A peer that gives a different result is not compared.
 * @param {string} name
 * @param {number} count what one run does so often
 * @param {() => unknown} ours
 * @param {Readonly<Record<string, () => unknown>>} peers
 * @returns {string[][]}
 */
function compare(name, count, ours, peers) {
  const wanted = JSON.stringify(ours());
  const times = takeTurns(
    {
      ours: () => void ours(),
      ...Object.fromEntries(Object.entries(peers).map(([peer, run]) => [peer, () => void run()])),
    },
    { rounds: ROUNDS, warmUp: 3 },
  );
  const rate = (/** @type {readonly number[] | undefined} */ list) => count / 1000 / median(list ?? []);
  const our = rate(times.ours);
  return Object.entries(peers).map(([peer, run]) => {
    const their = rate(/** @type {Record<string, number[]>} */ (times)[peer]);
    const same = JSON.stringify(run()) === wanted ? "" : "results differ";
    return [name, peer, our.toFixed(3), their.toFixed(3), `${(our / their).toFixed(1)}x`, same];
  });
}

export async function printLibrary() {
  /** @type {typeof import("../src/core/index.ts")} */
  const { contains, merge, overlaps, PrefixTable, subtract } = await load("src/core/index.ts");
  const ipaddr = (await import("ipaddr.js")).default;
  const fast = await import("fast-cidr-tools");
  const { parseIp } = await import("ip-bigint");
  const { ipv4, source } = routes();
  const random = numbers();
  const list = some(ipv4, PREFIXES);
  const cidr = list[0] ?? "";
  const addresses = Array.from({ length: ADDRESSES }, () => dotted(random()));

  const isIn = (/** @type {string} */ range, /** @type {string} */ address) =>
    ipaddr.parse(address).match(ipaddr.parseCIDR(range));
  /** A CIDR as users of ip-bigint parse it, because it has no function for that. */
  const parseCidr = (/** @type {string} */ text) => {
    const [network = "", bits] = text.split("/");
    const { number: start, version } = parseIp(network);
    return { version, start, end: start + (1n << BigInt((version === 4 ? 32 : 128) - Number(bits))) - 1n };
  };
  const isInBigint = (/** @type {string} */ range, /** @type {string} */ address) => {
    const { start, end, version } = parseCidr(range);
    const { number, version: own } = parseIp(address);
    return version === own && start <= number && number <= end;
  };
  const table = new PrefixTable(list);
  const block = new BlockList();
  for (const one of list) {
    const [network = "", bits] = one.split("/");
    block.addSubnet(network, Number(bits), "ipv4");
  }
  const ranges = list.map((one) => ipaddr.parseCIDR(one));
  const bigints = list.map((one) => parseCidr(one));
  const merged = some(ipv4, MERGED);
  const holes = some(merged.slice(1), 50);

  console.log(`\nThe library compared with its peers: millions a second, medians of ${ROUNDS}. Prefixes: ${source}`);
  printTable([
    ["", "peer", "ours", "peer", "speedup", ""],
    ...compare("contains(cidr, address)", ADDRESSES, () => addresses.map((one) => contains(cidr, one)), {
      "ipaddr.js": () => addresses.map((one) => isIn(cidr, one)),
      "fast-cidr-tools": () => addresses.map((one) => fast.contains([cidr], [one])),
      "ip-bigint": () => addresses.map((one) => isInBigint(cidr, one)),
    }),
    ...compare("overlaps(a, b)", list.length, () => list.map((one) => overlaps(cidr, one)), {
      "fast-cidr-tools": () => list.map((one) => fast.overlap([cidr], [one])),
    }),
    ...compare(`PrefixTable of ${PREFIXES}, has`, ADDRESSES, () => addresses.map((one) => table.has(one)), {
      "net.BlockList": () => addresses.map((one) => block.check(one, "ipv4")),
      "ipaddr.js": () =>
        addresses.map((one) => {
          const address = ipaddr.parse(one);
          return ranges.some((range) => address.match(range));
        }),
      "fast-cidr-tools": () => addresses.map((one) => fast.contains(list, [one])),
      "ip-bigint": () =>
        addresses.map((one) => {
          const { number } = parseIp(one);
          return bigints.some(({ start, end }) => start <= number && number <= end);
        }),
    }),
    ...compare(`merge of ${MERGED.toLocaleString("en")}`, MERGED, () => merge(merged), {
      "fast-cidr-tools": () => fast.merge([...merged]),
    }),
    ...compare(`subtract ${holes.length} from ${MERGED.toLocaleString("en")}`, MERGED, () => subtract(merged, holes), {
      "fast-cidr-tools": () => fast.exclude([...merged], [...holes]),
    }),
  ]);
}
